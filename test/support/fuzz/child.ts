/** The process that fuzzing runs in: a mutated model may end it. */
import { fuzzed, type Outcome, type Stage } from './stages.ts';

export type FromChild = { readonly stage: Stage; readonly index: number } | { readonly outcome: Outcome };

process.on('disconnect', () => process.exit(0));
process.on('message', (order: { index: number; folder: string }) => {
  const send = (message: FromChild): void => void process.send?.(message);
  void fuzzed(order.index, order.folder, (stage) => send({ stage, index: order.index })).then((outcome) => send({ outcome }));
});
process.send?.({ ready: true });
