/** Where a level stands within its five, beside its number in a table: ink for each level behind the last gate. */
export function LevelTicks({ level }: { level: number }) {
  return (
    <span aria-hidden="true" className="inline-flex gap-[3px]">
      {[1, 2, 3, 4].map((tick) => (
        <span
          key={tick}
          className={`h-3 w-0.5 rounded-[1px] ${tick <= level % 5 ? "bg-(--gray-12)" : "bg-(--gray-a5)"}`}
        />
      ))}
    </span>
  );
}
