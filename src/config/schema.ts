import * as z from 'zod';
import { modes } from '../model/mode.ts';
import { apiVersion, defaults } from './defaults.ts';
import {
  annotationKey,
  annotationValue,
  controllerName,
  dnsLabel,
  domainName,
  explainForbiddenText,
  hostName,
  imageReference,
  objectName,
} from './text-rules.ts';
import type { TextRule } from './text-rules.ts';

/** The `domain` field by itself, for rules that need it although another field is wrong. */
export const domainSchema = text(domainName).describe(
  'The DNS domain of the services. The wildcard certificate is made for *.DOMAIN and DOMAIN. At least two labels; an ' +
    'international name in its punycode form.',
);

const namespaceSchema = text(dnsLabel);

export const certificateSchema = z.strictObject({
  secretName: text(objectName)
    .default(defaults.certificate.secretName)
    .describe("The Secret of the wildcard certificate, in the services' namespace."),
  // Apple refuses longer-lived server certificates (support.apple.com 103769), private authorities' included.
  days: wholeNumber(1, 825).default(defaults.certificate.days).describe('How long certificates are valid, in days.'),
  keyType: z
    .enum(['rsa-2048', 'ecdsa-p256'])
    .optional()
    .describe('The kind of every new private key, by default rsa-2048 for the wildcard certificate and ecdsa-p256 for all others.'),
});

export const serviceSchema = z.strictObject({
  name: text(dnsLabel).describe(
    'The name of the service: of its chart, and after the controller\'s name and "-" of its Helm release.',
  ),
  mode: z
    .enum(modes)
    .describe(
      'Where TLS ends. terminate: at the controller, plain HTTP to the pod. reencrypt: at the controller, then TLS with ' +
        "verification to the pod. passthrough: at the pod, which can demand the client's certificate.",
    ),
  host: text(hostName)
    .optional()
    .describe(
      'The host name, by default NAME.DOMAIN. In terminate and reencrypt the domain or one label below it, as the ' +
        'wildcard covers no more; in passthrough any name below the domain.',
    ),
  image: text(imageReference)
    .optional()
    .describe("The image of the service's program. Without it, a demo backend runs that greets with the service's name."),
  port: wholeNumber(1, 65_535).default(defaults.service.port).describe('The port on which the container listens.'),
  replicas: wholeNumber(0, 1000)
    .optional()
    .describe('How many pods run. Without it the cluster decides: a new Deployment has one, an autoscaler or kubectl scale may change it.'),
  clientAuth: z
    .boolean()
    .optional()
    .describe(
      'Passthrough only: whether the pod demands a client certificate, by default true. In the other modes TLS ends at ' +
        'the controller and no client certificate reaches the pod.',
    ),
  annotations: emptyIsAbsent(z.record(text(annotationKey), text(annotationValue)), {}).describe(
    "Annotations of your own on the service's route objects. Values are strings: quote on, yes, true and numbers.",
  ),
});

/** The `controller` section for a table of profiles. */
export function createControllerSchema(profileNames: readonly string[]) {
  return z.strictObject({
    profile: z
      .enum(profileNames)
      .default(defaults.controller.profile)
      .describe('The controller that is installed and for which routes are written.'),
    name: text(controllerName)
      .default(defaults.controller.name)
      .describe('Names the ingress class, the election lock and every object of this controller. At most 20 characters.'),
    namespace: namespaceSchema.default(defaults.controller.namespace).describe('The namespace of the controller.'),
    // The range is the API server's --service-node-port-range, by default 30000 to 32767: a cluster may have another.
    nodePort: wholeNumber(1, 65_535)
      .default(defaults.controller.nodePort)
      .describe('The port for HTTPS on every node. Clusters allow 30000 to 32767 unless they were set up otherwise.'),
    image: text(imageReference)
      .optional()
      .describe("Replaces the profile's own controller image, for instance by a maintained fork's."),
    sharedWith: emptyIsAbsent(z.array(text(controllerName)), []).describe(
      'Names of other controllers in the same namespace whose election locks the shared Role must keep.',
    ),
  });
}

/**
 * The form of ingress-tls.yaml, field by field; what concerns several fields is in rules.ts. Goes in: the names of the
 * controller profiles. Comes out: a zod schema whose input is the file's data. Every field has a description, which becomes
 * schema.json's. A section without content (`services:`) counts as absent.
 */
export function createSchema(profileNames: readonly string[]) {
  const controllerSchema = createControllerSchema(profileNames);
  return z
    .strictObject({
      apiVersion: z.literal(apiVersion).describe('The version of this form.'),
      domain: domainSchema,
      namespace: namespaceSchema
        .default(defaults.namespace)
        .describe('The namespace of the services, their routes and the Secret of the wildcard certificate.'),
      controller: emptyIsAbsent(controllerSchema, controllerSchema.parse({})).describe('The ingress controller.'),
      certificate: emptyIsAbsent(certificateSchema, certificateSchema.parse({})).describe('The certificates.'),
      services: emptyIsAbsent(z.array(serviceSchema), []).describe('The services behind the controller.'),
    })
    .describe('What ingress-tls makes: HTTPS services behind an ingress controller.');
}

/** What the schema makes of a file. */
export type Intent = z.output<ReturnType<typeof createSchema>>;

function text(rule: TextRule) {
  const explain = (issue: { readonly input?: unknown }): string => {
    const value = String(issue.input);
    return explainForbiddenText(value) ?? rule.explain(value);
  };
  return z.string().max(rule.maxLength, { error: explain, abort: true }).regex(rule.pattern, { error: explain });
}

function wholeNumber(least: number, most: number) {
  const error = (issue: { readonly input?: unknown }): string => `${String(issue.input)} is not from ${least} to ${most}`;
  return z.int().min(least, { error }).max(most, { error });
}

function emptyIsAbsent<Section extends z.ZodType>(section: Section, empty: z.output<Section>) {
  return z.nullish(section).transform((value) => value ?? empty);
}
