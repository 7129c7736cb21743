/** Do the stand-ins that the user gave help attacks? The same steps on the same examples, with and without them. */
import { mcNemar } from '../../stats/paired.ts';
import { proportion } from '../../stats/proportion.ts';
import { share } from '../metric.ts';
import type { AuditOptions } from '../options.ts';
import type { RanAttack } from '../ran.ts';
import type { Item } from './item.ts';
import type { Scrutiny } from './scrutiny.ts';

/** What its item may put into figures. */
export const OWN_STAND_IN_FIGURES: readonly string[] = ['throughStandIns', 'withoutStandIns'];

/** One-sided: without them more falls than luck explains. */
const LEVEL = 0.025;

interface About {
  readonly facts: { readonly options: Pick<AuditOptions, 'gradients'> };
  readonly scrutiny: Pick<Scrutiny, 'balls' | 'bare'>;
}

/** Nothing where none were given. */
export function ownStandIns({ facts: { options }, scrutiny }: About): Item[] {
  const [id, name] = ['own-stand-ins', 'The stand-ins that were given help attacks'];
  const given = options.gradients?.standIns ?? [];
  const through = scrutiny.balls.find(({ factor }) => factor === 1)?.ran;
  if (given.length === 0 || options.gradients?.exact || !through || !scrutiny.bare) return [];
  const [own, bare] = [broken(through), broken(scrutiny.bare)];
  const n = through.items.length;
  const [worse, better] = [own.filter((index) => !bare.includes(index)).length, bare.filter((index) => !own.includes(index)).length];
  const isBad = mcNemar({ n, worse: better, better: worse }).worsePValue < LEVEL;
  const verdict = isBad
    ? 'They lead attacks astray'
    : worse > better
      ? 'They help'
      : worse === better
        ? 'They make no difference that these steps could show'
        : 'That they do harm is not shown';
  const names = given.map(({ from, to, file }) => `${file ?? from} for ${to}`).join(', ');
  return [
    {
      id,
      name,
      status: isBad ? 'fail' : 'pass',
      text: `${names}: the same steps of PGD broke {throughStandIns~} of the examples with what was given, and {withoutStandIns~} with what Gibbon does without it. ${verdict}: ${worse} fell with it alone, ${better} without it alone.`,
      metrics: {
        throughStandIns: share(proportion(own.length, n), { label: 'Broken through the stand-ins given', better: null }),
        withoutStandIns: share(proportion(bare.length, n), { label: 'Broken without them', better: null }),
      },
      remedies: [
        'Leave the stand-in out (--stand-in), and judge the model by what attacks find then.',
        'Fit it to the layer that it stands for: on the data its output should follow the layer’s, and rise where that rises.',
      ],
    },
  ];
}

const broken = ({ replies }: RanAttack): number[] => [...replies.values()].filter((reply) => reply.broken).map(({ index }) => index);
