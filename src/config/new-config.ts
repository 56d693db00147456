import type { ControllerIntent } from '../model/config.ts';
import { apiVersion, defaults } from './defaults.ts';
import { selectGiven } from './given-fields.ts';
import { printYamlLines } from './print-yaml.ts';

/** What `init` knows; the rest are defaults. */
export interface ConfigIntent {
  readonly domain: string;
  readonly namespace?: string;
  readonly controller?: Partial<ControllerIntent>;
  readonly certificate?: { readonly secretName?: string; readonly days?: number; readonly keyType?: string };
}

/**
 * The text of a new ingress-tls.yaml with comments for every section and no services. Values are printed by the YAML library
 * and never stand in a comment, so no value can add a key. The text is not checked: give it to parseConfig.
 */
export function createConfigText({ domain, namespace, controller = {}, certificate = {} }: ConfigIntent): string {
  const { image, sharedWith = [] } = controller;
  const controllerFields = { ...defaults.controller, ...selectGiven(controller) };
  const certificateFields = { ...defaults.certificate, ...selectGiven(certificate) };
  const lines = [
    '# yaml-language-server: $schema=schema.json',
    '#',
    '# What you want: the only file to edit. `ingress-tls render` makes all others from it, `ingress-tls apply` brings them to',
    '# the cluster.',
    field('apiVersion', apiVersion),
    '',
    '# Services are reached under this domain: NAME.DOMAIN unless they say otherwise.',
    field('domain', domain),
    '# The namespace of the services.',
    field('namespace', namespace ?? defaults.namespace),
    '',
    'controller:',
    '  # Which ingress controller is installed.',
    field('profile', controllerFields.profile, 2),
    '  # Names its ingress class, its election lock and its objects.',
    field('name', controllerFields.name, 2),
    field('namespace', controllerFields.namespace, 2),
    '  # The port for HTTPS on every node.',
    field('nodePort', controllerFields.nodePort, 2),
    ...(image === undefined
      ? [
          "  # Replaces the profile's image, for instance by a maintained fork's:",
          '  # image: registry.example/controller:v1',
        ]
      : [field('image', image, 2)]),
    ...(sharedWith.length === 0
      ? []
      : ['  # Other controllers whose election locks the shared Role keeps.', field('sharedWith', sharedWith, 2)]),
    '',
    'certificate:',
    "  # The Secret of the wildcard certificate, in the services' namespace.",
    field('secretName', certificateFields.secretName, 2),
    '  # 1 to 825.',
    field('days', certificateFields.days, 2),
    ...(certificateFields.keyType === undefined
      ? [
          '  # For all new keys, in place of rsa-2048 for the wildcard and ecdsa-p256 for the others:',
          '  # keyType: ecdsa-p256',
        ]
      : ['  # rsa-2048 or ecdsa-p256, for all new keys.', field('keyType', certificateFields.keyType, 2)]),
    '',
    '# `ingress-tls add-service NAME --mode terminate` (or reencrypt, or passthrough) adds one.',
    'services: []',
  ];
  return `${lines.join('\n')}\n`;
}

function field(key: string, value: unknown, indent = 0): string {
  return printYamlLines({ [key]: value }, indent).join('\n');
}
