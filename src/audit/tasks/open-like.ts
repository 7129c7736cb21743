/** Opens training examples, or others, in a worker: files from outside are first looked at where they can do no harm. */
import { type LikeOrder, type OpenedLike, openLike } from '../open-like.ts';
import { defineSingleTask } from '../task.ts';

export const openLikeTask = defineSingleTask<LikeOrder, OpenedLike>({ kind: 'open-like', isFresh: true, run: (order) => openLike(order) });
