import type { PathRule } from '../model/config.ts';
import { mayShareHost } from '../model/shared-hosts.ts';
import type { Mode } from '../model/mode.ts';
import { quote } from '../text/escape.ts';
import { pathServiceSchema, pathTypeSchema, routePathSchema } from './schema.ts';
import { accepted, toList, toRecord, type Breach } from './trusted.ts';
import type { Path } from './wording.ts';

/** A path of a service, as far as it can be trusted. */
export interface TrustedPath extends PathRule {
  readonly at: Path;
  readonly given: ReadonlySet<string>;
  /** Name of the Service that it leads to; absent: that of the service. */
  readonly service: string | undefined;
}

/** A service without paths has all of them. Those that their own schema refuses are left out. */
export function trustPaths(value: unknown, servicePath: Path): readonly TrustedPath[] {
  if (value === undefined)
    return [{ path: '/', type: 'Prefix', at: servicePath, given: new Set(), service: undefined }];
  return toList(value).flatMap((entry, index): readonly TrustedPath[] => {
    const fields = toRecord(entry);
    const path = accepted(routePathSchema, fields['path']);
    const type = accepted(pathTypeSchema, fields['type']);
    if (path === undefined || type === undefined) return [];
    const service = accepted(pathServiceSchema.shape.name, toRecord(fields['service'])['name']);
    const given = new Set(Object.keys(fields).filter((key) => fields[key] !== undefined));
    return [{ path, type, at: [...servicePath, 'paths', index], given, service }];
  });
}

interface PathOwner {
  readonly path: Path;
  readonly mode: Mode | undefined;
  readonly given: ReadonlySet<string>;
  readonly paths: readonly TrustedPath[];
  /** Whether clients are asked for a certificate. */
  readonly asks: boolean;
  /** Name of the certificate that the controller shows; absent: the wildcard. */
  readonly hostCertificate: unknown;
}

/** What would do nothing, or lead somewhere else than it says. */
export function checkPaths({ path, mode, given, paths }: PathOwner): Breach[] {
  if (!given.has('paths')) return [];
  const at: Path = [...path, 'paths'];
  if (mode !== undefined && !mayShareHost(mode)) {
    const message =
      `does nothing in ${mode}: the connection is passed on unread, and the controller sees its host name alone; ` +
      'the pod answers every path';
    return [{ path: at, message, role: 'key' }];
  }
  const breaches = paths.flatMap((rule) => checkPath(rule, mode, given.has('service')));
  if (paths.length > 0 && paths.every((rule) => rule.given.has('service'))) {
    const message =
      'every path leads to another Service, and none to the service itself; leave service out of one of them';
    breaches.push({ path: at, message, role: 'key' });
  }
  return breaches;
}

function checkPath(rule: TrustedPath, mode: Mode | undefined, isExisting: boolean): Breach[] {
  const breaches: Breach[] = [];
  if (rule.type === 'Prefix' && rule.path.endsWith('/') && rule.path !== '/') {
    const message = `a prefix ends with an element, whatever follows it; write ${rule.path.slice(0, -1)}, or \`type: Exact\``;
    breaches.push({ path: [...rule.at, 'path'], message });
  }
  if (rule.given.has('port')) {
    const why = rule.given.has('service')
      ? 'does nothing beside service, which has its own port'
      : "does nothing without the service's `service`: the chart's own Service has one port";
    if (rule.given.has('service') || !isExisting)
      breaches.push({ path: [...rule.at, 'port'], message: why, role: 'key' });
  }
  if (rule.given.has('service') && mode === 'reencrypt') {
    const message =
      'in reencrypt a route verifies pods by one authority and one name; make it a service of its own with the same host, which has its own';
    breaches.push({ path: [...rule.at, 'service'], message, role: 'key' });
  }
  return breaches;
}

/** Who has what of a host, while services are gone through in their order. */
interface HostClaims {
  readonly owner: string;
  readonly isPassedThrough: boolean;
  readonly asks: boolean;
  readonly hostCertificate: unknown;
  /** By type and path. */
  readonly paths: Map<string, string>;
}

/** Takes hosts for services, one after the other. @returns why a service may not have it beside those before, with the place. */
export function createHostClaims(): (host: string, at: Path, service: PathOwner) => Breach | undefined {
  const claims = new Map<string, HostClaims>();
  return (host, at, { path, mode, paths, asks, hostCertificate }) => {
    const owner = `services[${path[1] ?? 0}]`;
    const isPassedThrough = mode !== undefined && !mayShareHost(mode);
    const before = claims.get(host);
    const taken = before?.paths ?? new Map<string, string>();
    if (before === undefined) claims.set(host, { owner, isPassedThrough, asks, hostCertificate, paths: taken });
    else if (before.owner === owner || isPassedThrough || before.isPassedThrough) {
      const why =
        "; in passthrough nobody can tell by the path whose a connection is, so the host is one service's alone";
      const message = `the host ${quote(host)} is that of ${before.owner} already${before.owner === owner ? '' : why}`;
      return { path: at, message };
    }
    // The question is a host's: nginx takes the first that it finds for all of them, and Traefik asks nobody where two differ.
    if (before !== undefined && (asks || before.asks)) {
      const message =
        `the host ${quote(host)} is that of ${before.owner} already; a client is asked for its certificate before its path is known, ` +
        'so a service with clientAuth has a host of its own';
      return { path: at, message };
    }
    // Controllers take one certificate for a host, of whichever route they meet first.
    if (before !== undefined && before.hostCertificate !== hostCertificate) {
      const message = `the host ${quote(host)} is that of ${before.owner} already, which shows another certificate; name one hostCertificate in both`;
      return { path: at, message };
    }
    for (const rule of paths) {
      const key = `${rule.type} ${rule.path}`;
      const rival = taken.get(key);
      if (rival === undefined) taken.set(key, owner);
      else return explainRival(host, at, rule, rival);
    }
    return undefined;
  };
}

function explainRival(host: string, at: Path, rule: TrustedPath, rival: string): Breach {
  if (rule.given.has('path'))
    return {
      path: [...rule.at, 'path'],
      message: `${rule.path} (${rule.type}) of ${quote(host)} is that of ${rival} already`,
    };
  const message = `the host ${quote(host)} is that of ${rival} already; services share a host where their paths differ`;
  return { path: at, message };
}
