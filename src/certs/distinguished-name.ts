import { objectIdentifier, sequence, set, utf8String, type DerNode } from './der.ts';
import { printable } from '../text/escape.ts';
import { refuseIssue } from './refuse-issue.ts';
import type { SubjectAttributes } from './subject-attributes.ts';

const commonNameIdentifier = '2.5.4.3';
const organizationIdentifier = '2.5.4.10';

/**
 * Encodes a subject: common name first, then organization, as `openssl req -subj /CN=.../O=...` does.
 *
 * @throws UsageError for text that no reader would show as it is: control characters, outer white space, nothing.
 */
export function encodeSubject({ commonName, organization }: SubjectAttributes): DerNode {
  return sequence(
    ...(commonName === undefined ? [] : [attribute(commonNameIdentifier, 'common name', commonName)]),
    ...(organization === undefined ? [] : [attribute(organizationIdentifier, 'organization', organization)]),
  );
}

function attribute(identifier: string, title: string, text: string): DerNode {
  if (text === '' || text !== text.trim() || /\p{C}/u.test(text)) {
    throw refuseIssue(
      `the ${title} "${printable(text)}" is empty, or has control characters or outer spaces`,
      `Give a ${title} of plain text.`,
    );
  }
  // RFC 5280, 4.1.2.4: UTF8String. A PrintableString could not hold the asterisk of a wildcard (X.680, 41.4).
  return set(sequence(objectIdentifier(identifier), utf8String(text)));
}
