/** One revision of a Helm release, as its history tells. */
export interface ReleaseRevision {
  readonly revision: number;
  /** `deployed`, `superseded`, `failed`, `pending-upgrade`... */
  readonly status: string;
  /** When helm began with it, in seconds since 1970. */
  readonly begunAt?: number;
  /** The revision that a rollback made it like. */
  readonly likeRevision?: number;
}
