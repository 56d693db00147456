import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { allObjects, chartObjects, manifestObjects, ofKind, secretObjects, type KubernetesObject } from './objects.ts';
import { dataOf, serverFiles } from './pod-files.ts';
import { projects, type Project } from './projects.ts';
import { findBrokenReferences } from './references.ts';

describeWithTool('helm', 'the objects of a project', () => {
  it.each(projects)('find each other in $title', (project) => {
    expect(findBrokenReferences(allObjects(project))).toEqual([]);
  });

  it.each(projects)('have, in $title, a certificate for each host where TLS ends', (project) => {
    const secrets = secretObjects(project);
    for (const service of project.services) {
      const chart = chartObjects(project, service);
      const [ingress] = ofKind(chart, 'Ingress');
      expect(ingress?.spec?.rules?.map(({ host }) => host)).toEqual([service.host]);
      expect(ingress?.spec?.tls?.map(({ hosts }) => hosts)).toEqual([[service.host]]);
      const [shown] = ingress?.spec?.tls ?? [];
      // A Secret on a passthrough Ingress would hide that a connection fell back to the controller.
      expect([service.name, shown?.secretName]).toEqual([
        service.name,
        service.mode === 'passthrough' ? undefined : project.secretName,
      ]);
      const inController =
        shown?.secretName === undefined ? undefined : dataOf(secrets, shown.secretName).get('tls.crt');
      const inPod = serverFiles(chart, secrets)?.certificate;
      expect([service.name, inPod === undefined]).toEqual([service.name, service.mode === 'terminate']);
      const atHost = new X509Certificate(inController ?? inPod ?? '');
      expect([service.host, atHost.checkHost(service.host)]).toEqual([
        service.host,
        service.mode === 'passthrough' ? service.host : `*.${project.domain}`,
      ]);
    }
  });

  it.each(projects.filter(verifies))('make the hop to the pod verified in $title', (project) => {
    const reencrypt = project.services.filter(({ mode }) => mode === 'reencrypt');
    for (const service of reencrypt) {
      const chart = chartObjects(project, service);
      const annotations = ofKind(chart, 'Ingress')[0]?.metadata.annotations;
      const value = (name: string): string => annotations?.[`nginx.ingress.kubernetes.io/${name}`] ?? '';
      const [, secret = ''] = value('proxy-ssl-secret').split('/');
      const authority = dataOf(secretObjects(project), secret);
      const pod = new X509Certificate(serverFiles(chart, secretObjects(project))?.certificate ?? '');
      expect(pod.checkHost(value('proxy-ssl-name'), { subject: 'never' })).toBe(value('proxy-ssl-name'));
      expect(pod.checkIssued(new X509Certificate(authority.get('ca.crt') ?? ''))).toBe(true);
      // A Secret with a key pair and no authority would switch verification off.
      expect([...authority.keys()]).toEqual(['ca.crt']);
      expect(value('proxy-ssl-name')).toBe(`${service.release}.${project.namespace}.svc`);
      expect(['backend-protocol', 'proxy-ssl-verify', 'proxy-ssl-server-name'].map(value)).toEqual([
        'HTTPS',
        'on',
        'on',
      ]);
    }
  });

  it.each(projects)('keep a browser of $title from carrying requests for a pod to the controller', (project) => {
    // A browser reuses an HTTP/2 connection for every host that its certificate covers (RFC 9113, 9.1.1).
    const wildcard = new X509Certificate(dataOf(secretObjects(project), project.secretName).get('tls.crt') ?? '');
    const covered = project.services.some(
      ({ mode, host }) => mode === 'passthrough' && wildcard.checkHost(host) !== undefined,
    );
    const settings = ofKind(manifestObjects(project), 'ConfigMap').find(
      ({ metadata }) => metadata.name === `nginx-configuration-${project.controller.name}`,
    );
    expect(settings?.data?.['use-http2']).toBe(covered ? 'false' : undefined);
  });

  it.each(projects)('carry the annotations of ingress-tls.yaml as they stand there: $title', (project) => {
    for (const service of project.services) {
      expect(ofKind(chartObjects(project, service), 'Ingress')[0]?.metadata.annotations ?? {}).toMatchObject(
        service.annotations,
      );
      const container = ofKind(chartObjects(project, service), 'Deployment')[0]?.spec?.template.spec?.containers[0];
      expect(container?.image).toEqual(service.image ?? expect.stringMatching(/^docker\.io\/library\/caddy:/));
    }
  });

  describe('findBrokenReferences', () => {
    const sound = (): readonly KubernetesObject[] =>
      allObjects(projects.find(({ title }) => title === 'made by init and add-service')!);

    it.each<[string, string, (text: string) => string, RegExp]>([
      [
        'a Service',
        'Service ic3-svc7',
        (text) =>
          text.replace('"selector":{"app.kubernetes.io/name":"svc7"', '"selector":{"app.kubernetes.io/name":"svc8"'),
        /^Service ic3-svc7 selects no pod$/,
      ],
      [
        "a Service's port",
        'Service ic3-svc8',
        (text) => text.replace('"targetPort":"https"', '"targetPort":"http"'),
        /^Service ic3-svc8 sends to port http, /,
      ],
      [
        'an Ingress',
        'Ingress ic3-svc8',
        (text) => text.replace('"port":{"name":"https"}', '"port":{"name":"http"}'),
        /^Ingress ic3-svc8 sends to ic3-svc8:http, /,
      ],
      [
        'the Secret of an Ingress',
        'Ingress ic3-svc7',
        (text) => text.replace('"secretName":"ingress', '"secretName":"egress'),
        /^Ingress ic3-svc7 needs Secret default\/egress/,
      ],
      [
        'the class of an Ingress',
        'Ingress ic3-svc7',
        (text) => text.replace('"ingressClassName":"ic3"', '"ingressClassName":"ic1"'),
        /class ic1, the controller ic3$/,
      ],
      [
        'a host',
        'Ingress ic3-svc7',
        (text) => text.replaceAll('svc7.example', 'svc8.example'),
        /^host svc8\.example\.test is there twice$/,
      ],
      [
        'a Secret',
        'Secret ic3-svc9-client-ca',
        (text) => text.replace('ca.crt', 'ca.pem'),
        /^Deployment ic3-svc9 needs ca\.crt in Secret ic3-svc9-client-ca$/,
      ],
      [
        "a Secret's namespace",
        'Secret ic3-svc8-upstream-ca',
        (text) => text.replace('"default"', '"apps"'),
        /^Secret ic3-svc8-upstream-ca is in namespace apps, /,
      ],
      [
        'a network policy',
        'NetworkPolicy ic3-svc9',
        (text) => text.replace('ingress-nginx-demo', 'ingress-nginx'),
        /^NetworkPolicy ic3-svc9 admits .* 0 in number$/,
      ],
      [
        "a network policy's port",
        'NetworkPolicy ic3-svc9',
        (text) => text.replace('"port":"https"', '"port":"http"'),
        /^NetworkPolicy ic3-svc9 admits to port http, /,
      ],
      [
        "a Deployment's labels",
        'Deployment ic3-svc9',
        (text) => text.replaceAll('"app.kubernetes.io/instance":"ic3-svc9"', '"app.kubernetes.io/instance":"ic3-svc8"'),
        /^Service ic3-svc9 selects no pod$/,
      ],
      [
        'a service account',
        'ServiceAccount ic3-svc9',
        (text) => text.replace('"ic3-svc9"', '"ic3-svc"'),
        /^Deployment ic3-svc9 runs as ic3-svc9, /,
      ],
      [
        'a binding',
        'RoleBinding ingress-nginx-ic3',
        (text) => text.replace('"kind":"Role","name":"ingress', '"kind":"Role","name":"egress'),
        /^RoleBinding ingress-nginx-ic3 binds egress/,
      ],
      [
        'the lock of the election',
        'Role ingress-nginx-ic3',
        (text) => text.replace('"ingress-controller-leader-ic3"', '"ingress-controller-leader-ic1"'),
        /^the controller may not get leases ingress-controller-leader-ic3$/,
      ],
      [
        'the class',
        'IngressClass ic3',
        (text) => text.replace('"controller":"ingress-tls/ic3"', '"controller":"k8s.io/ingress-nginx"'),
        /^no IngressClass is the controller's$/,
      ],
      [
        'the ConfigMap',
        'ConfigMap nginx-configuration-ic3',
        (text) => text.replace('"nginx-configuration-ic3"', '"nginx-configuration"'),
        /^--configmap=ingress-nginx-demo\/nginx-configuration-ic3 names nothing$/,
      ],
      [
        'the controller',
        'Deployment nginx-ingress-controller-ic3',
        (text) => text.replace('/nginx-ingress-controller"', '/other"'),
        /^there are 0 controllers$/,
      ],
    ])('misses nothing when %s is wrong', (_, which, change, finding) => {
      const objects = sound().map((object) => {
        if (`${object.kind} ${object.metadata.name}` !== which) return object;
        const text = JSON.stringify(object);
        expect(change(text)).not.toBe(text);
        return JSON.parse(change(text)) as KubernetesObject;
      });
      expect(findBrokenReferences(objects)).toContainEqual(expect.stringMatching(finding));
    });
  });
});

/** The old controller cannot verify the pods; with the new one, those that have such a service. */
function verifies({ controller, services }: Project): boolean {
  return controller.profile === 'ingress-nginx' && services.some(({ mode }) => mode === 'reencrypt');
}
