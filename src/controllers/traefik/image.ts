/**
 * A released 3.7. By its tag alone: the digest of the published image could not be looked up where this was written, and a
 * digest hides an image that was only loaded into a node. `controller.image` takes one with a digest.
 */
export const defaultImage = 'docker.io/library/traefik:v3.7.13';
