/** What a model file carries beside its computation. */
import { readModelBytes } from '../../data/model-bytes.ts';
import { openModelFolder } from '../../data/model-folder.ts';
import { readModel } from '../../onnx/read.ts';
import type { Subject } from '../subject.ts';
import { contentsOf, type Oddity } from '../supply-chain/contents.ts';
import { defineSingleTask } from '../task.ts';

export const modelContentsTask = defineSingleTask<{ readonly subject: Subject }, readonly Oddity[]>({
  kind: 'model-contents',
  run: async ({ subject }) => {
    const { bytes, beside } = await readModelBytes((await openModelFolder(subject.model)).model);
    return contentsOf(bytes, readModel(bytes, beside));
  },
});
