const longestWord = 40;

/**
 * The candidate that a person probably meant, or undefined. Case, `-` and `_` do not count (`node_port` is `nodePort`);
 * otherwise a third of the word may be wrong, a swapped pair of letters counting as one error.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  const wanted = simplify(word);
  const ranked = candidates
    .map((candidate) => ({ candidate, errors: distance(wanted, simplify(candidate)) }))
    .sort((left, right) => left.errors - right.errors);
  const best = ranked[0];
  return best !== undefined && best.errors <= Math.floor(best.candidate.length / 3) ? best.candidate : undefined;
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
function distance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = at(previous, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const swapped =
        left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
          ? at(beforePrevious, column - 2) + 1
          : Infinity;
      current.push(Math.min(replaced, swapped, at(previous, column) + 1, at(current, column - 1) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
