import { Link } from "frosted-ui";
import { Notice } from "@/components/ui/notice";

export default function StartPage() {
  return (
    <Notice
      title="WEE5"
      action={
        <Link href="/api/health" size="2" className="inline-flex min-h-10 items-center self-start">
          Is everything running?
        </Link>
      }
    >
      <p>Members earn XP for what they do in their Whop community, and climb levels and leaderboards.</p>
      <p>Every act is counted once, with the reason it paid or did not.</p>
      <p>Open WEE5 inside your community on Whop to see your level.</p>
    </Notice>
  );
}
