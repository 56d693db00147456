import * as z from 'zod/mini';
import { modes } from '../model/mode.ts';
import { apiVersion, defaults } from './defaults.ts';
import {
  annotationKey,
  annotationValue,
  certificateFile,
  certificateName,
  classText,
  contextName,
  controllerName,
  dnsLabel,
  domainName,
  explainForbiddenText,
  hostName,
  imageReference,
  kindName,
  noticeCode,
  objectName,
  personName,
  portName,
  routePath,
  serverName,
} from './text-rules.ts';
import type { TextRule } from './text-rules.ts';

// A parser compiled for each section pays off over thousands of files; here there is one, and compiling takes longer than reading it.
z.config({ jitless: true });

/** The `domain` field by itself, for rules that need it although another field is wrong. */
export const domainSchema = describe(
  text(domainName),
  'The DNS domain of the services. The wildcard certificate is made for *.DOMAIN and DOMAIN. At least two labels; an ' +
    'international name in its punycode form.',
);

const namespaceSchema = text(dnsLabel);

/** A host name by itself, for rules that need it although another is wrong. */
export const hostSchema = text(hostName);
/** A port by itself, for rules that compare several. */
export const portSchema = wholeNumber(1, 65_535);

const issuerSchema = z.strictObject({
  name: describe(text(objectName), 'The name of the issuer.'),
  kind: describe(
    z._default(text(kindName), 'Issuer'),
    'Issuer: one in the namespace of the certificate. ClusterIssuer, or the kind of an issuer that is none of cert-manager itself.',
  ),
  group: describe(z._default(text(domainName), 'cert-manager.io'), 'The API group of that kind.'),
});

export const certificateSchema = z.strictObject({
  secretName: describe(
    z._default(text(objectName), defaults.certificate.secretName),
    "The Secret of the wildcard certificate, in the services' namespace.",
  ),
  // Apple refuses longer-lived server certificates (support.apple.com 103769), private authorities' included.
  days: describe(
    z._default(wholeNumber(1, 825), defaults.certificate.days),
    'How long certificates are valid, in days.',
  ),
  keyType: describe(
    z.optional(z.enum(['rsa-2048', 'ecdsa-p256'])),
    'The kind of every new private key, by default rsa-2048 for the wildcard certificate and ecdsa-p256 for all others.',
  ),
  source: describe(
    z.optional(z.enum(['self-signed', 'project', 'files', 'existing', 'cert-manager'])),
    'Where the certificate that hosts share comes from. self-signed: made here, as it is by default. project: made here and issued by certs/ca.crt, which ' +
      'browsers can be told to trust. files: your own certs/wildcard.crt, with its key and the certificates between; never made nor replaced. existing: ' +
      'a Secret that somebody keeps on the cluster, by the name in secretName. cert-manager: issued and renewed on the cluster.',
  ),
  authority: describe(
    z.optional(text(certificateFile)),
    'With source files, existing or cert-manager: whose authority your clients trust, a file in certs/ with PEM. Without it the root beside the certificate, or the public ones.',
  ),
  issuerRef: describe(
    z.optional(issuerSchema),
    'With source cert-manager: the issuer of yours that issues it, and the certificates of pods. Without it an authority is made for the project.',
  ),
});

/** What the certificates beside the wildcard have of its fields. */
const { source, authority, issuerRef } = certificateSchema.shape;

export const hostCertificateSchema = z.strictObject({
  name: describe(
    text(dnsLabel),
    'The name by which services name it; its files are certs/NAME.crt and certs/NAME.key.',
  ),
  names: describe(
    z.optional(
      z.array(text(certificateName)).check(z.minLength(1, { error: 'is empty; expected at least one host name' })),
    ),
    'The host names that it is made for, such as *.shop.example; by default the hosts of the services that name it.',
  ),
  secretName: describe(z.optional(text(objectName)), 'The Secret that holds it, by default NAME-tls.'),
  source: describe(
    z.optional(source),
    'Where it comes from, as of `certificate`; by default self-signed, and files where authority is given.',
  ),
  authority: describe(z.optional(authority), 'Whose authority your clients trust, as in `certificate`.'),
  issuerRef: describe(
    z.optional(issuerRef),
    'With source cert-manager: the issuer of yours that issues it, by default certificate.issuerRef.',
  ),
});

const podCertificateSchema = z.strictObject({
  source: describe(
    z.optional(z.enum(['project', 'files', 'existing', 'cert-manager'])),
    'project: made here and issued by certs/ca.crt, as it is by default. files: your own certs/NAME.crt, with its key and the certificates between; ' +
      'never made nor replaced. existing: a Secret that somebody keeps on the cluster. cert-manager: issued and renewed on the cluster.',
  ),
  secretName: describe(
    z.optional(text(objectName)),
    "With source existing: the name of the Secret, of type kubernetes.io/tls, in the service's namespace.",
  ),
  authority: describe(
    z.optional(text(certificateFile)),
    'With source files, existing or cert-manager: whose authority signed it, a file in certs/ with PEM. In reencrypt the controller verifies the pod by it, in passthrough clients do.',
  ),
  issuerRef: describe(
    z.optional(issuerSchema),
    'With source cert-manager: the issuer of yours that issues it, by default certificate.issuerRef at the top of the file.',
  ),
});

function servicePort() {
  return z.union([wholeNumber(1, 65_535), text(portName)], {
    error: ({ input }) =>
      `${input === undefined ? 'missing' : 'no port'}; expected its number, or its name in the Service`,
  });
}

export const existingServiceSchema = z.strictObject({
  name: describe(text(dnsLabel), 'The name of the Service.'),
  port: describe(servicePort(), "The Service's port, by number or name."),
  namespace: describe(z.optional(namespaceSchema), "The namespace of the Service, by default the service's."),
  authority: describe(
    z.optional(text(certificateFile)),
    "Whose authority signed the pod's certificate: a file in certs/ with PEM. Without it the project makes the certificate, in a " +
      'Secret that the pod is to serve.',
  ),
  serverName: describe(
    z.optional(text(serverName)),
    "Reencrypt only: the name in the pod's certificate, by default NAME.NAMESPACE.svc.",
  ),
});

export const pathServiceSchema = z.strictObject({
  name: describe(text(dnsLabel), "The name of the Service, in the route's namespace."),
  port: describe(servicePort(), "The Service's port, by number or name."),
});

/** A rule of a path by itself, for rules that compare several. */
export const routePathSchema = text(routePath);
export const pathTypeSchema = z._default(z.enum(['Prefix', 'Exact']), 'Prefix');

export const pathSchema = z.strictObject({
  path: describe(routePathSchema, 'The path, such as /api. The pod gets it as it is.'),
  type: describe(
    pathTypeSchema,
    'Prefix: the path and all that is below it, by whole elements: /api stands for /api/v1 and not for /apis. Exact: this path alone.',
  ),
  port: describe(z.optional(servicePort()), 'Beside service only: another port of that Service, by number or name.'),
  service: describe(
    z.optional(pathServiceSchema),
    'Terminate only: another Service that is there already, to which this path goes.',
  ),
});

export const clientAuthSchema = z.strictObject({
  mode: describe(
    z._default(z.enum(['required', 'optional', 'off']), 'required'),
    'required: no answer without a certificate. optional: none is needed, a wrong one is refused. "off", in quotes: nobody is asked.',
  ),
  authority: describe(
    z.optional(text(certificateFile)),
    "The authority of your clients: a file in certs/ with PEM. Without it the project makes one for the service, and a client's pair.",
  ),
  depth: describe(
    z.optional(wholeNumber(1, 100)),
    "How many authorities may stand between a client's certificate and the one that is trusted, in terminate and reencrypt. Without it as " +
      'many as the controller takes by itself.',
  ),
  forward: describe(
    z.optional(z.boolean()),
    'Whether the controller tells the pod of the certificate, in terminate and reencrypt: header ssl-client-cert.',
  ),
  clients: describe(
    z.optional(z.array(text(personName))),
    'Persons who get a certificate each, certs/NAME-client-PERSON.crt with its key, of the authority that the project makes for the service.',
  ),
});

export const serviceSchema = z.strictObject({
  name: describe(
    text(dnsLabel),
    'The name of the service: of its chart, and after the controller\'s name and "-" of its Helm release.',
  ),
  mode: describe(
    z.enum(modes),
    'Where TLS ends. terminate: at the controller, plain HTTP to the pod. reencrypt: at the controller, then TLS with ' +
      "verification to the pod. passthrough: at the pod, which can demand the client's certificate.",
  ),
  host: describe(
    z.optional(text(hostName)),
    'The host name, by default NAME.DOMAIN. In terminate and reencrypt the domain or one label below it, as the ' +
      'wildcard covers no more; in passthrough any name below the domain. With hostCertificate, or a certificate of your own, any name that it covers.',
  ),
  hosts: describe(
    z.optional(z.array(hostSchema).check(z.minLength(1, { error: 'is empty; expected at least one host name' }))),
    'Several host names, in place of host; the first is the one by which the service is spoken of.',
  ),
  paths: describe(
    z.optional(z.array(pathSchema).check(z.minLength(1, { error: 'is empty; expected at least one path' }))),
    'The paths at which the service answers, by default all of them. Services share a host where their paths differ. Not in passthrough.',
  ),
  namespace: describe(
    z.optional(namespaceSchema),
    "The namespace of the service, its routes and its Secrets, by default the project's.",
  ),
  service: describe(
    z.optional(existingServiceSchema),
    'A Service that is there already: the chart brings routes to it, and no Deployment, Service or ConfigMap.',
  ),
  protocol: describe(
    z.optional(z.enum(['http', 'grpc', 'tcp'])),
    'What the pod speaks inside TLS, by default http. grpc: the controller speaks HTTP/2 to the pod, and verify makes a call. tcp: anything ' +
      'else, in passthrough alone, where verify judges the handshake and the client certificate.',
  ),
  image: describe(
    z.optional(text(imageReference)),
    "The image of the service's program. Without it, a demo backend runs that greets with the service's name.",
  ),
  port: describe(z._default(wholeNumber(1, 65_535), defaults.service.port), 'The port on which the container listens.'),
  replicas: describe(
    z.optional(wholeNumber(0, 1000)),
    'How many pods run. Without it the cluster decides: a new Deployment has one, an autoscaler or kubectl scale may change it.',
  ),
  clientAuth: describe(
    z.optional(z.union([z.boolean(), clientAuthSchema])),
    'Whether clients have to show a certificate: true (required), false (off), or with details. In passthrough the pod asks for it, by default true, ' +
      'and false where `service` is given; in the other modes the controller does, by default false.',
  ),
  upstreamClientCertificate: describe(
    z.optional(z.boolean()),
    'Reencrypt only: whether the controller shows a client certificate to the pod, and the pod demands one; by default false.',
  ),
  hostCertificate: describe(
    z.optional(text(dnsLabel)),
    'In terminate and reencrypt: the name in hostCertificates of the certificate that clients see. Without it the wildcard certificate.',
  ),
  certificate: describe(
    z.optional(podCertificateSchema),
    "Where the pod's certificate comes from, in reencrypt and passthrough.",
  ),
  annotations: describe(
    emptyIsAbsent(z.record(text(annotationKey), text(annotationValue)), {}),
    "Annotations of your own on the service's route objects. Values are strings: quote on, yes, true and numbers.",
  ),
  values: describe(
    z.nullish(z.record(z.string(), z.unknown())),
    "What the service's chart says beside all this, laid over its values.yaml as helm does it: env, resources, livenessProbe, nodeSelector " +
      'and whatever else charts/NAME/values.schema.json allows.',
  ),
});

export const plainPortSchema = z.strictObject({
  port: describe(z._default(wholeNumber(1, 65_535), defaults.exposure.http), "The Service's port for plain HTTP."),
  nodePort: describe(
    z.optional(wholeNumber(1, 65_535)),
    'With type NodePort: the port for plain HTTP on every node. Without it the cluster chooses one.',
  ),
  redirect: describe(
    z._default(
      z.boolean().check(
        z.refine((redirects) => redirects, {
          error: 'without the redirect port 80 would answer unencrypted; to have no port 80, leave http out',
        }),
      ),
      true,
    ),
    'Always true: each request is answered with a redirect to https, at the port that clients see.',
  ),
});

export const exposureSchema = z.strictObject({
  type: describe(
    z._default(z.enum(['NodePort', 'LoadBalancer', 'ClusterIP']), defaults.exposure.type),
    'NodePort: a port on every node, controller.nodePort. LoadBalancer: an address that the cluster gets from its ' +
      'provider. ClusterIP: reached from inside the cluster alone.',
  ),
  https: describe(
    z._default(wholeNumber(1, 65_535), defaults.exposure.https),
    "The Service's port for HTTPS: what clients of a load balancer or of the cluster IP connect to.",
  ),
  http: describe(
    z.optional(plainPortSchema),
    'A port for plain HTTP that redirects to HTTPS. Without it there is none.',
  ),
  annotations: describe(
    emptyIsAbsent(z.record(text(annotationKey), text(annotationValue)), {}),
    'Annotations on the Service, by which load balancers are set up. Values are strings: quote true and numbers.',
  ),
  externalTrafficPolicy: describe(
    z.optional(z.enum(['Cluster', 'Local'])),
    "Local: the controller sees the client's address, and nodes without a pod of the controller do not answer. " +
      "Cluster, the cluster's default: every node answers, and the controller may see a node's address.",
  ),
  ipFamilies: describe(
    emptyIsAbsent(z.array(z.enum(['IPv4', 'IPv6'])), []),
    "IPv4, IPv6 or both, in the order of preference; both need a cluster that has both. Without it, the cluster's own.",
  ),
});

/** The `controller` section for a table of profiles. */
function createControllerSchema(profileNames: readonly string[]) {
  return z.strictObject({
    profile: describe(
      z._default(z.enum(profileNames), defaults.controller.profile),
      'The controller that is installed and for which routes are written.',
    ),
    install: describe(
      z._default(z.boolean(), true),
      'false: the controller is there already, and somebody else sees to it. The project brings certificates, Secrets, charts and routes, and nothing of a controller.',
    ),
    name: describe(
      z._default(text(controllerName), defaults.controller.name),
      'Names the ingress class, the election lock and every object of this controller. At most 20 characters.',
    ),
    className: describe(
      z.optional(text(classText)),
      'With install: false alone: the class of the controller that is there, which the routes name; by default controller.name.',
    ),
    namespace: describe(z._default(namespaceSchema, defaults.controller.namespace), 'The namespace of the controller.'),
    // The range is the API server's --service-node-port-range, by default 30000 to 32767: a cluster may have another.
    nodePort: describe(
      z._default(wholeNumber(1, 65_535), defaults.controller.nodePort),
      'The port for HTTPS on every node. Clusters allow 30000 to 32767 unless they were set up otherwise.',
    ),
    service: describe(
      z.optional(emptyIsAbsent(exposureSchema, exposureSchema.parse({}))),
      'How clients reach the controller. Without it: by controller.nodePort alone.',
    ),
    replicas: describe(
      z.optional(wholeNumber(1, 100)),
      'How many pods of the controller run. Without it the cluster decides: a new Deployment has one. From two on a ' +
        'PodDisruptionBudget keeps all but one of them.',
    ),
    image: describe(
      z.optional(text(imageReference)),
      "Replaces the profile's own controller image, for instance by a maintained fork's.",
    ),
    sharedWith: describe(
      emptyIsAbsent(z.array(text(controllerName)), []),
      'Names of other controllers in the same namespace whose election locks the shared Role must keep.',
    ),
  });
}

/**
 * The form of ingress-tls.yaml, field by field; what concerns several fields is in rules.ts. Goes in: the names of the
 * controller profiles. Comes out: a zod schema whose input is the file's data, and that of the `controller` section by itself. Every
 * field has a description, which becomes schema.json's. A section without content (`services:`) counts as absent.
 */
export function createSchema(profileNames: readonly string[]): Schemas {
  const made = schemas.get(profileNames) ?? makeSchemas(profileNames);
  schemas.set(profileNames, made);
  return made;
}

// A command that edits reads several texts, all with the one table of profiles.
const schemas = new WeakMap<readonly string[], Schemas>();

type Schemas = ReturnType<typeof makeSchemas>;

function makeSchemas(profileNames: readonly string[]) {
  const controllerSchema = createControllerSchema(profileNames);
  const schema = describe(
    z.strictObject({
      apiVersion: describe(z.literal(apiVersion), 'The version of this form.'),
      domain: domainSchema,
      namespace: describe(
        z._default(namespaceSchema, defaults.namespace),
        'The namespace of the services that name no other, their routes and the Secret of the wildcard certificate.',
      ),
      context: describe(
        z.optional(text(contextName)),
        "The kubeconfig's context that this project belongs to. Where another is current, commands that need a cluster are " +
          'refused unless --context names one. Without it, the current context counts.',
      ),
      controller: describe(emptyIsAbsent(controllerSchema, controllerSchema.parse({})), 'The ingress controller.'),
      certificate: describe(emptyIsAbsent(certificateSchema, certificateSchema.parse({})), 'The certificates.'),
      hostCertificates: describe(
        emptyIsAbsent(z.array(hostCertificateSchema), []),
        'Certificates beside the wildcard, for hosts of which TLS ends at the controller: of other domains, or for hosts that are to share none.',
      ),
      services: describe(emptyIsAbsent(z.array(serviceSchema), []), 'The services behind the controller.'),
      acknowledged: describe(
        emptyIsAbsent(z.array(text(noticeCode)), []),
        'Codes of warnings and notes that you have read: they are not printed any more.',
      ),
    }),
    'What ingress-tls makes: HTTPS services behind an ingress controller.',
  );
  return { schema, controllerSchema };
}

export type ControllerSchema = ReturnType<typeof createControllerSchema>;

/** What the schema makes of a file. */
export type Intent = z.output<Schemas['schema']>;

/** Keeps the words for schema.json. */
function describe<Field extends z.ZodMiniType>(field: Field, description: string): Field {
  z.globalRegistry.add(field, { description });
  return field;
}

function text(rule: TextRule) {
  const explain = (issue: { readonly input?: unknown }): string => {
    const value = String(issue.input);
    return explainForbiddenText(value) ?? rule.explain(value);
  };
  return z
    .string()
    .check(z.maxLength(rule.maxLength, { error: explain, abort: true }), z.regex(rule.pattern, { error: explain }));
}

function wholeNumber(least: number, most: number) {
  const error = (issue: { readonly input?: unknown }): string =>
    `${String(issue.input)} is not from ${least} to ${most}`;
  return z.int({ error }).check(z.minimum(least, { error }), z.maximum(most, { error }));
}

function emptyIsAbsent<Section extends z.ZodMiniType>(section: Section, empty: z.output<Section>) {
  return z.pipe(
    z.nullish(section),
    z.transform((value: z.output<Section> | null | undefined) => value ?? empty),
  );
}
