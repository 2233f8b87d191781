export interface FrameTarget {
  /** The iframe's origin. */
  proxyUrl: string;
  experienceId: string;
  userId: string;
}

/** The Whop-like page around the app: one iframe, seen by one user. */
export function framePage({ proxyUrl, experienceId, userId }: FrameTarget): string {
  const source = new URL(`/experiences/${encodeURIComponent(experienceId)}`, proxyUrl);
  source.searchParams.set("sim_user", userId);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A Whop community, simulated</title>
<style>html,body,iframe{margin:0;height:100%;width:100%;border:0;display:block}</style></head>
<body><iframe title="WEE5" src="${escapeHtml(source.href)}"></iframe></body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
