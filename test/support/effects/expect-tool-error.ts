import { expect } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import { failureOf } from './stand-in.ts';

/** Expects a tool's failure whose message holds these words. */
export async function expectToolError(action: () => unknown, ...words: readonly string[]): Promise<ToolError> {
  const error = await failureOf(action);
  expect(error).toBeInstanceOf(ToolError);
  for (const word of words) expect((error as ToolError).message).toContain(word);
  return error as ToolError;
}
