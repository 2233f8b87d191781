"use client";

import { useEffect, useState } from "react";

export const TABS = [
  { tab: "board", label: "Leaderboard" },
  { tab: "history", label: "History" },
  { tab: "rewards", label: "Rewards" },
] as const;

export type Tab = (typeof TABS)[number]["tab"];

const isTab = (word: string): word is Tab => TABS.some(({ tab }) => tab === word);

/** The open tab, kept in the address behind the #, so that a reload and the way back lead to it. */
export function useTab(): [Tab, (tab: Tab) => void] {
  const [tab, setTab] = useState<Tab>("board");
  useEffect(() => {
    const follow = () => {
      const word = window.location.hash.slice(1);
      setTab(isTab(word) ? word : "board");
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return [
    tab,
    (next) => {
      setTab(next);
      const { pathname, search } = window.location;
      window.history.replaceState(window.history.state, "", next === "board" ? pathname + search : `#${next}`);
    },
  ];
}
