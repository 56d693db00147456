/** How many releases are worked on side by side: a helm keeps a processor busy for most of its half second, and waits in between. */
export function usualConcurrency(cores: number): number {
  return Math.min(2 * cores, 16);
}
