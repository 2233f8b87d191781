/** Whop's own hosts; those below apps.whop.com belong to other developers. */
const WHOP_HOST = /^(?:[a-z0-9-]+\.)*whop\.com$/;
const OTHER_DEVELOPERS = /(?:^|\.)apps\.whop\.com$/;

export type PictureAddress = {
  url: URL;
  /** Whop's stand-in on this machine: the one address that need not be public. */
  isStandIn: boolean;
};

/** The address of a picture if it may be asked for: Whop's own by https, or where Whop's API is reached by http, there. */
export function pictureAddress(text: string, whopBaseUrl: string): PictureAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  const whop = new URL(whopBaseUrl);
  if (whop.protocol === "http:" && url.origin === whop.origin) return { url, isStandIn: true };
  const isWhop = WHOP_HOST.test(url.hostname) && !OTHER_DEVELOPERS.test(url.hostname);
  return url.protocol === "https:" && url.port === "" && isWhop ? { url, isStandIn: false } : undefined;
}
