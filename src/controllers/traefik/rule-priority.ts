/**
 * How early Traefik asks the router of a path, beside others of its host: by the length of its rule, without the part for the host
 * (v3.7.13 pkg/provider/kubernetes/ingress-nginx/translator.go, buildRule and buildPrefixRule; pkg/muxer/http/mux.go, GetRulePriority).
 */
export function rulePriority(path: string, type: string): number {
  return printRule(path, type).length;
}

function printRule(path: string, type: string): string {
  if (type === 'Exact') return `Path("${path}")`;
  if (path === '/') return 'PathPrefix("/")';
  const element = withoutSlash(path);
  return `(Path("${element}") || PathPrefix("${element}/"))`;
}

/** Without one slash at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/\/$/, '');
}
