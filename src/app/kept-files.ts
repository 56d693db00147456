import type { Plan } from '../model/plan.ts';
import { places } from '../project/places.ts';

/** What it means that edited files were kept, and how to go on. */
export function explainKept({ conflicts }: Plan): { readonly message: string; readonly remedy: string } {
  const count = conflicts.length;
  const [kept, them] = count === 1 ? ['a file that differs', 'it'] : [`${count} files that differ`, 'them'];
  return {
    message: `kept ${kept} from what ${places.config} asks for: ${conflicts.map(({ path }) => path).join(', ')}`,
    remedy: `ingress-tls render --force replaces ${them} and keeps a backup; or put the change into ${places.config}`,
  };
}
