import {
  BookOpen,
  CalendarCheck,
  CalendarDays,
  FileText,
  Heart,
  HeartHandshake,
  type LucideIcon,
  MessageSquare,
  MessageSquareReply,
  SlidersHorizontal,
  Undo2,
  Zap,
} from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  message: MessageSquare,
  post: FileText,
  comment: MessageSquareReply,
  reaction: Heart,
  reaction_received: HeartHandshake,
  lesson: BookOpen,
  daily_visit: CalendarCheck,
  streak_bonus: CalendarDays,
  adjustment: SlidersHorizontal,
};

/** An action's sign in its disc; what was taken back has the same sign whatever it was. */
export function ActionIcon({ action, isTakenBack }: { action: string; isTakenBack: boolean }) {
  const Icon = isTakenBack ? Undo2 : (ICONS[action] ?? Zap);
  return (
    <span aria-hidden="true" className="grid size-9 shrink-0 place-items-center rounded-full bg-(--gray-a3)">
      <Icon size={16} strokeWidth={1.75} />
    </span>
  );
}
