/** XP in steps of 256, −1 without XP: what the boards are indexed by. Twin of `xp_bucket_of` in SQL. */
export function xpBucket(xp: number): number {
  return xp <= 0 ? -1 : Math.min(Math.floor(xp / 256), 2_147_483_647);
}
