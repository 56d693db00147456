import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';

/** An Ingress names a Service of its own namespace only (kubernetes@1.35 docs: Ingress, IngressBackend). */
export function refuseOtherNamespaces({ services }: Config): readonly Notice[] {
  return services.flatMap(({ name, namespace, service }, index) => {
    if (service?.namespace === undefined || service.namespace === namespace) return [];
    return [
      {
        level: 'error',
        code: 'service-namespace',
        message: `${name}: an Ingress in namespace ${namespace ?? ''} cannot lead to Service ${service.name} in namespace ${service.namespace}`,
        remedy: `Set \`namespace: ${service.namespace}\` for ${name}, or leave it out: its Ingress and Secrets then lie beside the Service.`,
        path: ['services', index, 'namespace'],
      },
    ];
  });
}
