// What a test leaves behind is taken away in reverse: a disk is unmounted before its folder is removed.
// node:test runs its after hooks in the order of their registration, and none after one that failed.

const stacks = new WeakMap();

/** Calls work when the test is over, before everything that was registered earlier; whatever fails, the rest is done. */
export function atEnd(t, work) {
  if (!stacks.has(t)) {
    const stack = [];
    stacks.set(t, stack);
    t.after(async () => {
      const errors = [];
      while (stack.length)
        try {
          await stack.pop()();
        } catch (error) {
          errors.push(error);
        }
      if (errors.length) throw errors[0];
    });
  }
  stacks.get(t).push(work);
}
