/** A long sequence on few pixels. */

/** The most of each bin's frames: nothing of a long sequence is lost. */
export function binned(values: number[], bins: number): number[] {
  if (values.length <= bins) return values;
  const found = new Array<number>(bins).fill(0);
  values.forEach((value, k) => {
    const bin = Math.floor((k * bins) / values.length);
    found[bin] = Math.max(found[bin]!, value);
  });
  return found;
}
