import { expect, it } from 'vitest';

it('passes while something outside of it fails', async () => {
  void Promise.reject(new Error('nobody catches this'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(1).toBe(1);
});
