"use client";

import { EyeOff } from "lucide-react";
import { useState } from "react";

type MemberAvatarProps = {
  /** Null for who hides theirs: an eye in place of the initial. */
  name: string | null;
  pictureUrl: string | null;
  /** Pixels. */
  size: number;
};

/** A member's picture in a box of fixed size. The initial stands beneath: it shows while the picture loads, and where it never does. */
export function MemberAvatar({ name, pictureUrl, size }: MemberAvatarProps) {
  const source = pictureAddress(pictureUrl);
  return (
    <span
      aria-hidden="true"
      className="relative inline-grid shrink-0 select-none place-items-center overflow-hidden rounded-full bg-(--gray-a3) font-medium text-(--gray-11)"
      style={{ width: size, height: size, fontSize: Math.round(size * 0.4) }}
    >
      {name ? initialOf(name) : <EyeOff size={Math.round(size * 0.45)} strokeWidth={1.75} />}
      {source && <Picture key={source} source={source} size={size} />}
    </span>
  );
}

function Picture({ source, size }: { source: string; size: number }) {
  const [isBroken, setIsBroken] = useState(false);
  if (isBroken) return null;
  return (
    // biome-ignore lint/performance/noImgElement: other people's pictures, small already and from hosts we do not choose
    <img
      // It may have failed before this code was there to hear of it.
      ref={(image) => {
        if (image?.complete && image.naturalWidth === 0) setIsBroken(true);
      }}
      onError={() => setIsBroken(true)}
      src={source}
      alt=""
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      referrerPolicy="no-referrer"
      className="absolute inset-0 size-full object-cover"
    />
  );
}

/** Our own drawings of the made-up people on the start page. */
const OWN_DRAWING = /^\/people\/[a-z]+\.svg$/;

/** What may be fetched as a picture: the web's two protocols and nothing that runs. */
function pictureAddress(url: string | null): string | undefined {
  if (url !== null && OWN_DRAWING.test(url)) return url;
  if (url === null || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? href : undefined;
}

/** The first letter or sign as people see it, without what only steers the text. */
function initialOf(name: string): string {
  const [first = ""] = name.trim().replace(/\p{C}/gu, "");
  return first.toLocaleUpperCase("en");
}
