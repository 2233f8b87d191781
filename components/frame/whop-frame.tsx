"use client";

import type { WhopIframeSdk } from "@whop/iframe";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { showAppearance } from "@/components/frame/appearance";
import { followTheme } from "@/components/frame/follow-theme";
import { loadWhopSdk } from "@/components/frame/whop-sdk";
import { whenIdle } from "@/components/ui/when-idle";

/**
 * - `outside`: no Whop is around the page (or we do not know yet);
 * - `connected`: Whop has answered;
 * - `silent`: the page stands in a frame and its host does not answer. Everything then works as outside.
 */
export type Connection = "outside" | "connected" | "silent";

export type HapticKind = "selection" | "impact" | "notification";

export type WhopFrame = {
  connection: Connection;
  /** Opens an address through Whop: a place in Whop right there, anything else in a new tab. Only http and https. */
  openLink(url: string): void;
  /** A short tremble of the phone; nothing where there is none. */
  haptic(kind: HapticKind): void;
};

const WhopFrameContext = createContext<WhopFrame | undefined>(undefined);

export function useWhopFrame(): WhopFrame {
  const frame = useContext(WhopFrameContext);
  if (frame === undefined) throw new Error("useWhopFrame belongs inside of WhopFrameProvider.");
  return frame;
}

export type WhopFrameProviderProps = {
  appId: string;
  /** Origins of Whop's own pages. */
  parentOrigins: readonly string[];
  children: ReactNode;
};

/** Connects the page with the Whop around it, once the page is usable. Outside of Whop it does nothing. */
export function WhopFrameProvider({ appId, parentOrigins, children }: WhopFrameProviderProps) {
  const [connection, setConnection] = useState<Connection>("outside");
  const sdk = useRef<WhopIframeSdk>(undefined);
  const origins = parentOrigins.join(" ");

  useEffect(() => {
    let isGone = false;
    const unfollow = followTheme();
    const settle = (found: Connection) => {
      if (!isGone) setConnection(found);
    };
    async function connect() {
      const loaded = await loadWhopSdk(appId, origins.split(" "));
      if (isGone || !loaded) return;
      sdk.current = loaded;
      const theme = loaded.getColorTheme().then(({ appearance }) => appearance && showAppearance(appearance));
      await Promise.any([loaded.ping("ping"), theme]);
      settle("connected");
    }
    const cancel = whenIdle(() => {
      connect().catch(() => settle("silent"));
    });
    return () => {
      isGone = true;
      cancel();
      unfollow();
    };
  }, [appId, origins]);

  const frame = useMemo((): WhopFrame => {
    const host = connection === "connected" ? sdk.current : undefined;
    const lost = () => setConnection("silent");
    return {
      connection,
      openLink: (address) => {
        const url = webAddress(address);
        if (url === undefined) return;
        if (!host) window.open(url.href, "_blank", "noopener,noreferrer");
        else host.openExternalUrl({ url: url.href, newTab: !origins.split(" ").includes(url.origin) }).catch(lost);
      },
      haptic: (kind) => {
        const style = kind === "notification" ? "medium" : "light";
        host?.performHaptic({ type: kind, style }).catch(lost);
      },
    };
  }, [connection, origins]);

  return <WhopFrameContext value={frame}>{children}</WhopFrameContext>;
}

function webAddress(address: string): URL | undefined {
  if (!URL.canParse(address, window.location.href)) return undefined;
  const url = new URL(address, window.location.href);
  return url.protocol === "https:" || url.protocol === "http:" ? url : undefined;
}
