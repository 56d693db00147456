import { describe, expect, it } from 'vitest';
import { load, problemsOf, withLines } from './refusal.ts';

const controller = (...lines: readonly string[]): string =>
  withLines('controller:', ...lines.map((line) => `  ${line}`));
const read = (...lines: readonly string[]) => load(controller(...lines)).controller;

describe('controller.service', () => {
  it('is absent where the file does not say it, and so is controller.replicas', () => {
    expect(load(withLines()).controller).not.toHaveProperty('service');
    expect(load(withLines()).controller).not.toHaveProperty('replicas');
  });

  it('has its defaults filled in', () => {
    expect(read('service: {type: LoadBalancer, http: {}}').service).toStrictEqual({
      type: 'LoadBalancer',
      https: 443,
      http: { port: 80 },
      annotations: {},
      ipFamilies: [],
    });
  });

  it('takes all of its fields', () => {
    const text = [
      'replicas: 3',
      'nodePort: 31443',
      'service:',
      '  type: NodePort',
      '  https: 8443',
      '  http: {port: 8080, nodePort: 31080, redirect: true}',
      '  annotations: {example.test/pool: edge}',
      '  externalTrafficPolicy: Local',
      '  ipFamilies: [IPv6, IPv4]',
    ];
    expect(read(...text)).toMatchObject({
      replicas: 3,
      nodePort: 31443,
      service: {
        type: 'NodePort',
        https: 8443,
        http: { port: 8080, nodePort: 31080 },
        annotations: { 'example.test/pool': 'edge' },
        externalTrafficPolicy: 'Local',
        ipFamilies: ['IPv6', 'IPv4'],
      },
    });
  });

  const ofBalancer = 'clients of a load balancer connect to the port of the Service';
  it.each([
    ['nodePort: 31443\nservice: {type: LoadBalancer}', '4:3: controller.nodePort: ', ofBalancer],
    ['nodePort: 31443\nservice: {type: ClusterIP}', '4:3: controller.nodePort: ', 'has no node port'],
    ['service: {type: LoadBalancer, http: {nodePort: 31080}}', 'controller.service.http.nodePort: ', ofBalancer],
    ['service: {type: ClusterIP, http: {nodePort: 31080}}', 'controller.service.http.nodePort: ', 'has no node port'],
    ['service: {http: {nodePort: 30092}}', 'controller.service.http.nodePort: ', 'is controller.nodePort'],
    ['nodePort: 31443\nservice: {http: {nodePort: 31443}}', 'http.nodePort: ', 'is controller.nodePort'],
    ['service: {http: {port: 443}}', 'controller.service.http.port: ', 'the port of https already'],
    ['service: {https: 80, http: {}}', 'controller.service.https: ', 'the port of http already'],
    ['service: {http: {redirect: false}}', 'controller.service.http.redirect: ', 'would answer unencrypted'],
    ['service: {http: }', 'controller.service.http: ', 'expected a mapping, found nothing'],
    ['service: {type: ClusterIP, externalTrafficPolicy: Local}', 'externalTrafficPolicy: ', 'no traffic from outside'],
    ['service: {ipFamilies: [IPv4, IPv4]}', 'controller.service.ipFamilies[1]: ', 'IPv4 is named twice'],
    ['service: {ipFamilies: [IPv5]}', 'controller.service.ipFamilies[0]: ', 'expected IPv4 or IPv6'],
    ['service: {type: Loadbalancer}', 'controller.service.type: ', 'did you mean LoadBalancer?'],
    ['service: {https: 0}', 'controller.service.https: ', 'is not from 1 to 65535'],
    ['service: {annotations: {a b: x}}', 'controller.service.annotations["a b"]: ', 'is no annotation key'],
    ['service: {annotations: {a: true}}', 'controller.service.annotations.a: ', 'quote it: "true"'],
    ['service: {externaltrafficpolicy: Local}', 'externaltrafficpolicy: ', 'did you mean externalTrafficPolicy?'],
    ['service: {http: {nodeport: 31080}}', 'http.nodeport: ', 'did you mean nodePort?'],
    ['externalTrafficPolicy: Local', 'controller.externalTrafficPolicy: ', 'it belongs below controller.service'],
    ['replicas: 0', 'controller.replicas: ', 'is not from 1 to 100'],
  ])('refuses %j, with the reason', (lines, place, reason) => {
    const problems = problemsOf(controller(...lines.split('\n')));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(place);
    expect(problems[0]).toContain(reason);
  });

  it('refuses annotations that are more than an object may have', () => {
    const big = 'x'.repeat(140_000);
    expect(problemsOf(controller(`service: {annotations: {a: ${big}, b: ${big}}}`))).toEqual([
      expect.stringContaining('the annotations exceed 256 KiB'),
    ]);
  });
});

describe('context', () => {
  it.each(['prod', 'arn:aws:eks:eu-west-1:1:cluster/x', 'gke_p_z_c', 'me@cluster', 'two words'])('takes %j', (name) => {
    expect(load(withLines(`context: "${name}"`)).context).toBe(name);
  });

  it.each(['', '-x', ' x', 'x ', 'a\\nb', 'a\\e[2J'])('refuses "%s"', (name) => {
    expect(problemsOf(withLines(`context: "${name}"`))).toHaveLength(1);
  });
});
