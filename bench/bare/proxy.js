import { NextResponse } from "next/server";

/** For no page: without one of its own, Next takes the app's. */
export const config = { matcher: "/never" };

export function proxy() {
  return NextResponse.next();
}
