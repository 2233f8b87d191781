import { LogIn } from "lucide-react";
import { Notice } from "@/components/ui/notice";
import { WhopLink } from "@/components/ui/whop-link";

/** For who comes without Whop's word on who they are. */
export function SignedOut() {
  return (
    <Notice icon={<LogIn />} title="Open WEE5 on Whop" action={<WhopLink href="https://whop.com">Go to Whop</WhopLink>}>
      Whop tells us who you are, and it has not for this page. Open WEE5 from your community's apps and your level is
      there.
    </Notice>
  );
}
