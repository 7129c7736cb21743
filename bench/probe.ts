/** Finds a peer's best settings with short runs, so that Gibbon is never compared with a badly configured peer. */
import type { Case } from './cases.ts';
import { type PeerSettings, runPeer } from './sides.ts';

const PROBE_STEPS = 10;
const SPLITS = [
  { processes: 2, threads: 1 },
  { processes: 1, threads: 2 },
] as const;

export interface Probed {
  readonly settings: PeerSettings;
  readonly wallPerStep: number;
}

/** Every split and batch size in NCHW, then the best of those with channels last and with the other library. */
export async function bestSettings(python: string, benchCase: Case, log: (text: string) => void): Promise<Probed[]> {
  const probed: Probed[] = [];
  const probe = async (settings: PeerSettings) => {
    const { wallPerStep } = await runPeer(python, benchCase, settings, { steps: PROBE_STEPS, images: benchCase.probeImages });
    probed.push({ settings, wallPerStep: wallPerStep! });
    log(`probe ${describe(settings)}: ${(wallPerStep! * 1e3).toFixed(3)} ms per image-step`);
  };
  const best = () => probed.toSorted((a, b) => a.wallPerStep - b.wallPerStep)[0]!.settings;
  for (const split of SPLITS) {
    for (const batch of benchCase.batches) await probe({ peer: 'torchattacks', ...split, batch, channelsLast: false });
  }
  await probe({ ...best(), channelsLast: true });
  await probe({ ...best(), peer: 'foolbox' });
  return probed.toSorted((a, b) => a.wallPerStep - b.wallPerStep);
}

export function describe({ peer, processes, threads, batch, channelsLast }: PeerSettings): string {
  return `${peer}, ${processes} × ${threads} thread${threads > 1 ? 's' : ''}, batch ${batch}${channelsLast ? ', channels last' : ''}`;
}
