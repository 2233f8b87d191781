/** Where a creator adds the app to a community. */
export function installUrl(appId: string): string {
  return `https://whop.com/apps/${appId}/install`;
}
