interface Event {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  isOff: boolean;
}

/** Virtual time: it moves on to the next event whenever nothing is left to do before. */
export class Time {
  #now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  get now(): number {
    return this.#now;
  }

  /** @returns a function that calls it off. */
  after(ms: number, fire: () => void): () => void {
    this.#order += 1;
    const event = { at: this.#now + Math.max(0, ms), order: this.#order, fire, isOff: false };
    this.#push(event);
    return () => {
      event.isOff = true;
    };
  }

  /** Fires the next event. @returns `false` if there is none */
  step(): boolean {
    for (let event = this.#pop(); event !== undefined; event = this.#pop()) {
      if (event.isOff) continue;
      this.#now = event.at;
      event.fire();
      return true;
    }
    return false;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const [left, right] = [heap[child] as Event, heap[child + 1]];
      if (right !== undefined && isBefore(right, left)) child += 1;
      if (!isBefore(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

/**
 * Takes one step after the other, each once all that followed from the one before has happened. A tick of Node comes
 * when no microtask is left; going round its event loop for each step would take much longer.
 */
export function inSteps(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      try {
        // Through the event loop at the end, so that rejections that nobody has handled are noticed.
        if (!step()) return void setImmediate(resolve);
      } catch (error) {
        return reject(error);
      }
      queueMicrotask(() => process.nextTick(next));
    };
    next();
  });
}
