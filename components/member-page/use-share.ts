"use client";

import { useWhopFrame } from "@/components/frame/whop-frame";
import { callApi } from "@/components/http/call-api";
import { shareAddress } from "@/components/member-page/share-card";
import { useNotifications } from "@/components/notifications/notification-context";

/** Shares the reader's card as a picture behind a link that ends. */
export function useShare(experienceId: string): () => Promise<void> {
  const { notify } = useNotifications();
  const { openLink } = useWhopFrame();

  return async () => {
    try {
      const { url } = await callApi<{ url: string }>("/api/rank-card-link", { method: "POST", json: { experienceId } });
      const shared = await shareAddress(url, "My rank card");
      if (shared === "copied") {
        notify({ title: "Link copied", description: "It shows your card as a picture to whoever opens it." });
      }
      if (shared === "link") {
        notify({
          title: "Your card is ready",
          description: "Open it, then share it from there.",
          action: { label: "Open", onClick: () => openLink(url) },
        });
      }
    } catch {
      notify({ title: "Your card could not be shared", description: "Try again in a moment.", tone: "problem" });
    }
  };
}
