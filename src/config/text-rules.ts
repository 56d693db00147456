import { explainDnsName } from './dns-name.ts';
import { quote } from '../text/escape.ts';

/**
 * A kind of text. The pattern alone decides, so that the loader and schema.json cannot disagree; `explain` only finds the
 * words for a text that the pattern or the length has refused.
 */
export interface TextRule {
  readonly pattern: RegExp;
  readonly maxLength: number;
  explain(value: string): string;
}

// RFC 1035 labels, as DNS takes them (any case) and as Kubernetes names take them (lower case).
const anyLabel = '[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?';
const lowerLabel = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
// A last label that is a number makes a URL parser read an IPv4 address (WHATWG URL, "ends in a number").
const dnsName = `(?:${anyLabel}\\.)+(?!(?:[0-9]+|0[xX][0-9A-Fa-f]*)$)${anyLabel}`;

/** Service names and namespaces (RFC 1123 label, as Kubernetes reads it). */
export const dnsLabel: TextRule = {
  pattern: new RegExp(`^${lowerLabel}$`),
  maxLength: 63,
  explain: (value) =>
    `${quote(value)} is no DNS label (RFC 1123: a to z, 0 to 9 and "-", neither first nor last a "-", at most 63 characters)` +
    suggestLabel(value, dnsLabel),
};

/**
 * It begins the names of Services, which are RFC 1035 labels and start with a letter. 20 characters leave 32 for the
 * service's name in a Helm release (at most 53).
 */
export const controllerName: TextRule = {
  pattern: /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
  maxLength: 20,
  explain: (value) =>
    `${quote(value)} cannot name a controller (a to z, 0 to 9 and "-", first a letter, last no "-", at most 20 characters)` +
    suggestLabel(value, controllerName),
};

/** A notice's code; which ones there are is known where profiles are. */
export const noticeCode: TextRule = {
  pattern: /^[a-z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
  maxLength: 63,
  explain: (value) => `${quote(value)} is no code of a notice, such as controller-retired`,
};

/** `*.DOMAIN` must itself fit the 253 characters of a DNS name. */
export const domainName: TextRule = {
  pattern: new RegExp(`^${dnsName}$`),
  maxLength: 251,
  explain: (value) => explainDnsName(value, 'domain', 251),
};

export const hostName: TextRule = {
  pattern: new RegExp(`^${dnsName}$`),
  maxLength: 253,
  explain: (value) => explainDnsName(value, 'host', 253),
};

/** A name in a certificate: a host's, or a wildcard below at least two labels. */
export const certificateName: TextRule = {
  pattern: new RegExp(`^(?:\\*\\.)?${dnsName}$`),
  maxLength: 253,
  explain: (value) => explainDnsName(value.replace(/^\*\./, ''), 'host', value.startsWith('*.') ? 251 : 253),
};

/** What a pod's certificate may be verified for: a name in DNS, or the bare name of a Service. */
export const serverName: TextRule = {
  pattern: new RegExp(`^(?:${dnsName}|${anyLabel})$`),
  maxLength: 253,
  explain: (value) => `${quote(value)} is no DNS name; expected one that the pod's certificate bears`,
};

/** The name of a port (kubernetes apimachinery pkg/util/validation, IsValidPortName): a letter is among it. */
export const portName: TextRule = {
  pattern: /^(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*$/,
  maxLength: 15,
  explain: (value) =>
    /^\d+$/.test(value)
      ? `${quote(value)} cannot name a port; leave out the quotes`
      : `${quote(value)} cannot name a port (a to z, 0 to 9 and single "-", a letter among them, at most 15 characters)`,
};

const forbiddenWords = '/etc/(?:passwd|shadow|group|nginx|ingress-controller)|/var/run/secrets|_by_lua';

/**
 * A path of a route: what Kubernetes takes for types Prefix and Exact (kubernetes@1.35 pkg/apis/networking/validation), of the characters
 * for which neither ingress-nginx nor Traefik drops the Ingress (validPathType, strictPathTypeRegexp), and none of the words for which
 * ingress-nginx does (internal/ingress/inspector/rules.go).
 */
export const routePath: TextRule = {
  pattern: new RegExp(`^(?!.*(?:${forbiddenWords}))/(?:(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+(?:/|$))*$`),
  maxLength: 256,
  explain: (value) => {
    if (!value.startsWith('/')) return `${quote(value)} is no path: it begins with "/"`;
    if (value.includes('//'))
      return `${quote(value)} has two slashes beside each other, which controllers take for one`;
    if (/\/\.{1,2}(?:\/|$)/.test(value))
      return `${quote(value)} has "." or "..", which clients and controllers resolve`;
    const word = new RegExp(forbiddenWords).exec(value)?.[0];
    if (word !== undefined) return `${quote(value)} holds ${word}, for which ingress-nginx drops the whole Ingress`;
    if (value.length > routePath.maxLength) return `${quote(value)} has more than ${routePath.maxLength} characters`;
    return `${quote(value)} is no path of a route; controllers take letters, digits, ".", "_", "-" and "/", and drop the whole Ingress for any other`;
  },
};

/** A file in certs/, in it and nowhere else. */
export const certificateFile: TextRule = {
  pattern: /^certs\/[A-Za-z0-9][A-Za-z0-9._-]*\.(?:crt|pem)$/,
  maxLength: 200,
  explain: (value) =>
    `${quote(value)} is no certificate file of the project; expected certs/NAME.crt or certs/NAME.pem`,
};

/** It ends a file's name and the common name `SERVICE-client-PERSON`, of which `client-PERSON` has to fit alone (certs/subject-attributes.ts). */
export const personName: TextRule = {
  ...dnsLabel,
  maxLength: 40,
  explain: (value) =>
    `${quote(value)} cannot name a client (a to z, 0 to 9 and "-", neither first nor last a "-", at most 40 characters)` +
    suggestLabel(value, personName),
};

/** The name of a Secret (Kubernetes: DNS subdomain). */
export const objectName: TextRule = {
  pattern: new RegExp(`^${lowerLabel}(?:\\.${lowerLabel})*$`),
  maxLength: 253,
  explain: (value) =>
    `${quote(value)} cannot name a Secret (labels of a to z, 0 to 9 and "-" joined by ".", at most 253 characters)`,
};

/** A kind of the Kubernetes API. */
export const kindName: TextRule = {
  pattern: /^[A-Z][A-Za-z0-9]*$/,
  maxLength: 63,
  explain: (value) => `${quote(value)} is no kind, such as ClusterIssuer`,
};

export const classText: TextRule = {
  ...objectName,
  explain: (value) =>
    `${quote(value)} cannot name an IngressClass (labels of a to z, 0 to 9 and "-" joined by ".", at most 253 characters)`,
};

// distribution/reference regexp.go; of the digests only sha256 in full, the one that registries serve.
const registryComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const registry = `(?:${registryComponent}(?:\\.${registryComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const repositoryComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';

export const imageReference: TextRule = {
  pattern: new RegExp(
    `^(?:${registry}/)?${repositoryComponent}(?:/${repositoryComponent})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`,
  ),
  // Repository 255 (NameTotalLengthMax), tag 128, digest 71, and the two marks between them.
  maxLength: 456,
  explain: (value) => {
    const form = '[HOST[:PORT]/]PATH[:TAG][@sha256:DIGEST]';
    if (value.includes('://')) return `${quote(value)} is no image reference: leave out the scheme; expected ${form}`;
    if (value.includes('@') && !/@sha256:[a-f0-9]{64}$/.test(value)) {
      return `${quote(value)} is no image reference: its digest must be sha256: and 64 lower-case hexadecimal digits`;
    }
    if (imageReference.pattern.test(value.toLowerCase())) {
      return `${quote(value)} is no image reference: a repository is lower case`;
    }
    return `${quote(value)} is no image reference; expected ${form}`;
  },
};

/** Kubernetes' qualified name: an optional DNS subdomain and `/`, then at most 63 characters. */
export const annotationKey: TextRule = {
  pattern: new RegExp(
    `^(?![^/]{254})(?:${lowerLabel}(?:\\.${lowerLabel})*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`,
  ),
  maxLength: 317,
  explain: (value) =>
    `${quote(value)} is no annotation key; expected PREFIX/NAME: a lower-case DNS name, then at most 63 letters, digits, "-", "_" or "."`,
};

// `{{` would be executed by helm. The characters are what YAML and terminals act on: control characters, line and
// paragraph separator, byte order mark, lone surrogates (they cannot be written as UTF-8) and the two that YAML excludes.
const harmless =
  '(?:[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]|[\\ud800-\\udbff][\\udc00-\\udfff])*';

/** The value of an annotation: one line of any text. */
export const annotationValue: TextRule = {
  pattern: new RegExp(`^(?!.*\\{\\{)${harmless}$`),
  // TotalAnnotationSizeLimitB of Kubernetes' API machinery, for one value and again for their sum.
  maxLength: 262_144,
  explain: (value) => `${quote(value)} cannot be an annotation's value`,
};

/** A context of a kubeconfig: whatever its author called it, if it can stand behind an option and in a message. */
export const contextName: TextRule = {
  pattern: new RegExp(`^(?=\\S)(?!-)${harmless}(?<=\\S)$`),
  maxLength: 1024,
  explain: (value) =>
    `${quote(value)} cannot name a context: expected a name as \`kubectl config get-contexts\` shows it`,
};

/** Why no rule takes a text, where that is plainer than the rule's own reason; undefined when it is not. */
export function explainForbiddenText(value: string): string | undefined {
  if (value.includes('{{')) return `${quote(value)} holds "{{", which helm would execute`;
  const allowed = new RegExp(harmless).exec(value)?.[0].length ?? 0;
  if (allowed === value.length) return undefined;
  const code = value.charCodeAt(allowed).toString(16).toUpperCase().padStart(4, '0');
  return `${quote(value)} holds the character U+${code}; only printable text on one line is taken`;
}

function suggestLabel(value: string, rule: TextRule): string {
  const candidate = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const fits = candidate !== '' && candidate.length <= rule.maxLength && rule.pattern.test(candidate);
  return fits ? `; did you mean ${candidate}?` : '';
}
