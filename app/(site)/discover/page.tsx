/** What Whop shows in its app store: the start page, in Whop's frame. */
export { default, metadata } from "@/app/(site)/page";
