// Removes what prepack.mjs made; if npm dies before it comes here, the leftover is ignored by git and replaced by the next prepack.
import { rmSync } from 'node:fs';

rmSync(new URL('../vendor', import.meta.url), { recursive: true, force: true });
