import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReloader } from '../../../src/app/preview/reload.ts';
import { ToolError } from '../../../src/errors.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('renders what changed while the folder was locked, however long it was, and at the next lock again', async () => {
  let isLocked = true;
  let renders = 0;
  const troubles: string[] = [];
  const reloader = createReloader({
    render: () => {
      if (isLocked) return Promise.reject(new ToolError('the folder is locked'));
      renders += 1;
      return Promise.resolve();
    },
    serve: () => Promise.resolve(),
    onTrouble: ({ message }) => troubles.push(message),
    onBug: (error) => {
      throw error;
    },
  });
  for (const renderedBefore of [0, 1]) {
    isLocked = true;
    reloader.changed(['ingress-tls.yaml']);
    await vi.advanceTimersByTimeAsync(600_000);
    expect([renders, troubles.length]).toEqual([renderedBefore, renderedBefore + 1]);
    isLocked = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(renders).toBe(renderedBefore + 1);
  }
  isLocked = true;
  reloader.changed(['ingress-tls.yaml']);
  await reloader.end();
  expect(vi.getTimerCount()).toBe(0);
});
