"""How much of the server's memory an HNSW index is built in.

pgvector builds the graph in `maintenance_work_mem`, 64 MB unless the server's owner changed it. A
graph that does not fit is written out, and each further row is inserted there, many times slower.
"""

from __future__ import annotations

from typing import Any

from explorer.wording import readable_bytes

MOST = 2**31 - 1  # kB, PostgreSQL's own bound of the setting
SHARE = 4  # of what the owner lets the server count on as cache, a build may take a quarter
MEMORY = """
SELECT pg_size_bytes(current_setting('maintenance_work_mem')),
  pg_size_bytes(current_setting('effective_cache_size'))
"""
PROGRESS = """
SELECT phase, coalesce(tuples_done, 0)::float8 FROM pg_stat_progress_create_index WHERE pid = %s
"""
OUTGROWN = "no longer fits into maintenance_work_mem"  # a notice of pgvector


def graph_bytes(rows: int, dim: int, m: int) -> int:
    """Return the memory of pgvector's graph: the vector, 2 m links of 16 bytes, and the rest.

    With pgvector 0.8 a row took 357 bytes (d 4, m 4), 1,226 (d 128, m 16) or 1,240 (d 4, m 32);
    this gives a tenth more.
    """
    return int(1.1 * rows * (4 * dim + 32 * m + 220)) + (8 << 20)


def granted(needed: int, own: int, cache: int) -> int:
    """Return the bytes to build in: what is needed, within a share of the server's memory.

    Never less than the server's own setting.
    """
    return max(own, min(needed, cache // SHARE))


def build_in_memory(connection: Any, sql: str, needed: int) -> str:
    """Run CREATE INDEX with enough memory, for this one transaction; tell how much it was.

    Workers of a parallel build share memory that a container may not have (64 MB in Docker): then
    the server builds alone.
    """
    import psycopg

    own, cache = connection.execute(MEMORY).fetchone()
    memory = granted(needed, own, cache)
    notices: list[str] = []

    def listen(notice: Any) -> None:
        notices.append(notice.message_primary or "")

    def build(workers: str) -> None:
        with connection.transaction():
            set_local = "SELECT set_config(%s, %s, true)"
            kilobytes = str(min(memory >> 10, MOST))
            connection.execute(set_local, ("maintenance_work_mem", kilobytes))
            if workers:
                connection.execute(set_local, ("max_parallel_maintenance_workers", workers))
            connection.execute(sql)

    connection.add_notice_handler(listen)
    try:
        try:
            build("")
        except (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory):
            build("0")
    finally:
        connection.remove_notice_handler(listen)
    if any(OUTGROWN in one for one in notices):
        return (
            f"it outgrew {readable_bytes(memory)} of the server’s memory, which made building "
            f"slow: set maintenance_work_mem there to {readable_bytes(needed)}"
        )
    return f"built in {readable_bytes(memory)} of the server’s memory"
