import type { JsonPrimitive, JsonValue } from './json.ts';
import type { ServiceIntent } from './config.ts';

/** Where the certificate authority of the reencrypt hop must lie for a controller to verify the pod. */
export type UpstreamCaPlacement =
  | {
      readonly kind: 'Secret';
      readonly name: string;
      readonly namespace: string;
      readonly type: string;
      readonly key: string;
      /** The pair that the controller shows to the pod may lie beside it, as tls.crt and tls.key. */
      readonly takesClientCertificate?: true;
    }
  | { readonly kind: 'ConfigMap'; readonly name: string; readonly namespace: string; readonly key: string }
  /** Inline in a route object: helm is given the file with --set-file at this path of the values. */
  | { readonly kind: 'ChartValue'; readonly path: string };

/** A service with every name that its objects use, decided once so that certificates, Secrets, charts and routes agree. */
export interface PlannedService extends ServiceIntent {
  /** Helm release, and name of its routes and, where the chart brings them, Service and Deployment: `ic3-svc8`. */
  readonly release: string;
  readonly namespace: string;
  /** Where the service itself is asked; absent: at the root. */
  readonly entryPath?: string;
  readonly servicePort: { readonly name: 'http' | 'https'; readonly number: number };
  /** Secret with tls.crt and tls.key that the pod mounts; absent in terminate. */
  readonly podTlsSecret?: string;
  /** Secret with ca.crt that the pod checks client certificates with; absent where it demands none. */
  readonly clientCaSecret?: string;
  /** Secret with ca.crt that the controller checks client certificates with; absent where it asks for none. */
  readonly edgeClientCaSecret?: string;
  /** Present in reencrypt: the name the controller must find in the pod's certificate. */
  readonly upstreamName?: string;
  /** Secret with tls.crt and tls.key that the controller shows for the hosts; absent in passthrough. */
  readonly hostSecret?: string;
  /** The file by which clients verify what the controller shows for the hosts; absent: that certificate itself. */
  readonly edgeAuthority?: string;
  /** The Secret of somebody else with the certificate that clients are shown, in the service's namespace; absent: it lies in certs/. */
  readonly keptSecret?: string;
}

/**
 * A leaf of a route object that the chart's user may change. The template refers to `.Values.<path>`, values.yaml holds
 * the value with its comment. All text that came from a person must be such a leaf: text in a template is executed.
 */
export interface ChartValue {
  readonly leaf: 'value';
  /** Dotted path below .Values, camelCase: `ingress.annotations`. */
  readonly path: string;
  readonly value: JsonValue;
  /** One sentence for values.yaml. */
  readonly comment: string;
}

/** The name of the chart's Service (and of its other objects) under whatever release name it is installed. */
export interface ChartFullname {
  readonly leaf: 'fullname';
}

export type RouteNode =
  JsonPrimitive | ChartValue | ChartFullname | readonly RouteNode[] | { readonly [key: string]: RouteNode };

/** An object by which a controller learns of a service: Ingress, HTTPRoute, TLSRoute, TransportServer, Route... */
export interface RouteObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Section of values.yaml, with an `enabled` switch made for it: `ingress`. */
  readonly section: string;
  /** Appended to the chart's full name where a chart has several routes of a kind. */
  readonly nameSuffix?: string;
  readonly annotations?: RouteNode;
  readonly spec: RouteNode;
}

/** The Kubernetes and Helm API generation that a profile's charts are written in. */
export interface WorkloadDialect {
  readonly chartApiVersion: 'v1' | 'v2';
  /** Semver range for Chart.yaml's kubeVersion. */
  readonly kubeVersion: string;
  readonly deploymentApiVersion: 'apps/v1' | 'apps/v1beta2';
  readonly podDisruptionBudgetApiVersion: 'policy/v1' | 'policy/v1beta1';
  /** v2 came with Kubernetes 1.23; v1 knows cpu alone. */
  readonly horizontalPodAutoscalerApiVersion: 'autoscaling/v2' | 'autoscaling/v1';
  /** seccompProfile is a field since Kubernetes 1.19, an annotation before. */
  readonly seccompProfile: 'field' | 'annotation';
  /** The label kubernetes.io/metadata.name is set on every namespace since Kubernetes 1.21. */
  readonly namespaceNameLabel: string;
}
