import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

const withService = (service: string, more = ''): string =>
  threeModes.replace('certificate:', `controller:\n  profile: traefik\n${more}  service: ${service}\ncertificate:`);

const balanced = withService('{type: LoadBalancer, http: {}, externalTrafficPolicy: Local}', '  replicas: 2\n');
const inside = withService('{type: ClusterIP}');

/** What the cluster says of the controller's Service. Nobody listens on port 443 of 127.0.0.2. */
function controllerService(type: string, ...addresses: readonly object[]): Answer {
  return {
    tool: 'kubectl',
    when: ['get', '--namespace', '-o=json', 'service', 'ingress-nginx-ic3'],
    stdout: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ingress-nginx-ic3', namespace: 'ingress-nginx-demo' },
      spec: { type, clusterIP: '10.96.0.7', ports: [{ port: 443 }] },
      status: { loadBalancer: { ingress: addresses } },
    }),
  };
}

const pending = 'the load balancer of Service ingress-nginx-ic3 in namespace ingress-nginx-demo has no address yet';

describe('a controller behind a load balancer', () => {
  it('is listed, drawn and rendered with the port that clients see', async () => {
    await inProject(balanced, (project) => {
      for (const args of [['list'], ['graph']]) {
        const result = runProgram(args, { cwd: project });
        expectGolden(`load-balancer-${args.join('-')}`, args, project, result);
        expect(result.exitCode).toBe(0);
      }
      const { controller, services } = JSON.parse(runProgram(['list', '--json'], { cwd: project }).stdout) as {
        readonly controller: object;
        readonly services: readonly { readonly url: string }[];
      };
      expect(controller).not.toHaveProperty('nodePort');
      expect(services.map(({ url }) => url)[0]).toBe('https://svc7.example.test/');
      const notes = readFileSync(join(project, 'charts/svc7/templates/NOTES.txt'), 'utf8');
      expect(notes).toContain('.status.loadBalancer.ingress[0]');
      expect(notes).not.toContain('nodePort');
    });
  });

  it('is looked for at its address, an IP or a name', async () => {
    await inProject(balanced, (project, outside) => {
      const cluster = installStandInCluster(outside);
      for (const [address, host] of [
        [{ ip: '127.0.0.2' }, '127.0.0.2'],
        [{ hostname: 'localhost' }, 'localhost'],
      ] as const) {
        cluster.answer(controllerService('LoadBalancer', address));
        const { stderr } = runProgram(['verify', '--context', 'demo'], { cwd: project, env: cluster.env });
        expect(stderr).toContain(`Address: ${host}:443 (load balancer of Service ingress-nginx-ic3; context demo`);
        const doctor = runProgram(['doctor'], { cwd: project, env: cluster.env }).stdout;
        expect(doctor).toContain(`clients reach the controller at ${host}:443, load balancer of Service`);
      }
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('has its address filled in where apply ends', async () => {
    await inProject(balanced, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(controllerService('LoadBalancer', { ip: '127.0.0.2' }));
      const { stdout, exitCode } = runProgram(['apply', '--timeout', '10s'], { cwd: project, env: cluster.env });
      expect(stdout).toContain('curl --resolve svc7.example.test:443:127.0.0.2 ');
      expect(stdout).toMatch(/svc7\.example\.test +terminate +https:\/\/svc7\.example\.test\/\n/);
      expect(exitCode).toBe(0);
    });
  });

  it('is said to have no address yet, and what to do', async () => {
    await inProject(balanced, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(controllerService('LoadBalancer'));
      const verify = runProgram(['verify', '--context', 'demo'], { cwd: project, env: cluster.env });
      expect(verify.exitCode).toBe(3);
      expect(verify.stderr).toContain(`error: ${pending}\n`);
      expect(verify.stderr).toContain('kubectl describe service ingress-nginx-ic3 --namespace ingress-nginx-demo');
      const apply = runProgram(['apply', '--timeout', '10s'], { cwd: project, env: cluster.env });
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).toContain(
        `wait until the load balancer of Service ingress-nginx-ic3 has an address: ${pending}`,
      );
      expect(apply.stdout).toContain('curl --resolve svc7.example.test:443:LOAD_BALANCER_ADDRESS ');
      expect(runProgram(['doctor'], { cwd: project, env: cluster.env }).stdout).toContain(`entry: ${pending}`);
    });
  });

  it('is not taken for there while its Service is of another type, or missing', async () => {
    await inProject(balanced, (project, outside) => {
      const cluster = installStandInCluster(outside);
      for (const [answer, why] of [
        [controllerService('NodePort'), 'is of type NodePort, and ingress-tls.yaml says LoadBalancer'],
        [{ ...controllerService('NodePort'), stdout: '' }, 'there is no Service ingress-nginx-ic3'],
      ] as const) {
        cluster.answer(answer);
        const { stderr, exitCode } = runProgram(['verify', '--context', 'demo'], { cwd: project, env: cluster.env });
        expect(exitCode).toBe(3);
        expect(stderr).toContain(why);
        expect(stderr).toContain('next: ingress-tls apply');
      }
    });
  });
});

describe('a controller with a cluster IP', () => {
  it('is reached through a port of this machine, which every command says', async () => {
    await inProject(inside, (project, outside) => {
      const forward = 'kubectl port-forward --namespace ingress-nginx-demo service/ingress-nginx-ic3 8443:443';
      const cluster = installStandInCluster(outside);
      cluster.answer(controllerService('ClusterIP'));
      const verify = runProgram(['verify', '--context', 'demo'], { cwd: project, env: cluster.env });
      expect(verify.exitCode).toBe(3);
      expect(verify.stderr).toContain('is of type ClusterIP and reached from inside the cluster alone\n');
      expect(verify.stderr).toContain(
        `next: ${forward}, in another terminal; then ingress-tls verify --address 127.0.0.1:8443`,
      );
      const apply = runProgram(['apply', '--timeout', '10s'], { cwd: project, env: cluster.env });
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stdout).toContain(`\n  ${forward}\n`);
      expect(apply.stdout).toContain('curl --connect-to svc7.example.test:443:127.0.0.1:8443 ');
      const notes = readFileSync(join(project, 'charts/svc7/templates/NOTES.txt'), 'utf8');
      expect(notes).toContain('kubectl port-forward');
    });
  });
});

it('a change of the type leaves no other file of the Service behind', async () => {
  await inProject(balanced, (project) => {
    writeFileSync(join(project, 'ingress-tls.yaml'), inside);
    const { exitCode, stdout } = runProgram(['render'], { cwd: project });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('removed    manifests/ic3-service-loadbalancer.yaml');
    expect(stdout).toContain('created    manifests/ic3-service-clusterip.yaml');
  });
});
