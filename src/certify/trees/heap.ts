/** A binary heap: the item with the least priority comes first; of equals the one with the least rank, then the one that was put in first. */
export class Heap<T> {
  readonly #items: { readonly priority: number; readonly rank: number; readonly order: number; readonly item: T }[] = [];
  #count = 0;

  /** The least priority; Infinity where the heap is empty. */
  get least(): number {
    return this.#items[0]?.priority ?? Number.POSITIVE_INFINITY;
  }

  /** The item with the least priority. */
  get first(): T | undefined {
    return this.#items[0]?.item;
  }

  push(priority: number, rank: number, item: T): void {
    const items = this.#items;
    items.push({ priority, rank, order: this.#count++, item });
    for (let at = items.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#before(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (!first || !last || items.length === 0) return first?.item;
    items[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < items.length && this.#before(left, least)) least = left;
      if (right < items.length && this.#before(right, least)) least = right;
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (!one || !other) return false;
    if (one.priority !== other.priority) return one.priority < other.priority;
    return one.rank === other.rank ? one.order < other.order : one.rank < other.rank;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (one && other) {
      this.#items[a] = other;
      this.#items[b] = one;
    }
  }
}
