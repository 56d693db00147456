import { createJsonSchema } from '../../config/json-schema.ts';
import { profileNames } from '../../controllers/index.ts';
import { exitCodes } from '../../errors.ts';
import type { CommandSession } from '../session.ts';

/** Prints the JSON Schema of ingress-tls.yaml. */
export function printSchema({ report }: CommandSession): Promise<number> {
  report.json(createJsonSchema(profileNames));
  return Promise.resolve(exitCodes.done);
}
