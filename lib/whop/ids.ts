/** The kinds of Whop id that WEE5 meets: a company, an experience, a user, a membership. */
export type WhopIdPrefix = "biz" | "exp" | "user" | "mem";

/** Whether `value` can be a Whop id of that kind. What cannot is never sent to Whop, where it would be part of a path. */
export function isWhopId(prefix: WhopIdPrefix, value: string): boolean {
  return value.startsWith(`${prefix}_`) && /^[a-z]+_[A-Za-z0-9_-]{1,100}$/.test(value);
}
