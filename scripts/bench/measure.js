/**
 * Measures several things in turn, A B C A B C, so that whatever else the machine does weighs on all of them alike.
 * `subjects` are functions that return a number; the first `warmUps` rounds are dropped. Returns a list of numbers for each.
 */
export function interleave(rounds, warmUps, subjects) {
  const results = subjects.map(() => []);
  for (let round = -warmUps; round < rounds; round += 1) {
    subjects.forEach((measure, index) => {
      const value = measure();
      if (round >= 0) results[index].push(value);
    });
  }
  return results;
}

/** The same for functions that take their time and return a promise, of whatever it is. */
export async function interleaveWaiting(rounds, warmUps, subjects) {
  const results = subjects.map(() => []);
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, measure] of subjects.entries()) {
      const value = await measure();
      if (round >= 0) results[index].push(value);
    }
  }
  return results;
}

/** The ratios of two series, round by round. */
export function pairedRatios(ours, other) {
  return ours.map((value, round) => value / other[round]);
}

/** The middle value. */
export function median(values) {
  return quantile(values, 0.5);
}

/** Half of the range that holds the middle half of the values, as a share of the median: the noise. */
export function noise(values) {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values);
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}
