/** Upper bound of commonName and organizationName in characters (RFC 5280, A.1). */
const longestAttribute = 64;

export interface SubjectAttributes {
  readonly commonName?: string;
  readonly organization?: string;
}

/** Whether a text is short enough for an attribute of a subject. */
export function fitsAttribute(text: string): boolean {
  return Array.from(text).length <= longestAttribute;
}

/**
 * The attributes that a subject can hold: those of more than 64 characters are left out, since a verifier goes by the
 * subject alternative names alone (RFC 9525, 2).
 */
export function fittingAttributes({ commonName, organization }: SubjectAttributes): SubjectAttributes {
  return {
    ...(commonName !== undefined && fitsAttribute(commonName) ? { commonName } : {}),
    ...(organization !== undefined && fitsAttribute(organization) ? { organization } : {}),
  };
}
