/** Waits until something is so; fails after a time in which even a busy machine would have come to it. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 50_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('it did not come to it in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
