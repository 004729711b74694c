"""What is said beneath a report: where its numbers come from, and what is not among them."""

from collections.abc import Iterator

from mingqing.core.text import tr
from mingqing.printing.report.model import LEAST, Report
from mingqing.printing.template.fill import filled_each


def notes(report: Report) -> Iterator[str]:
    """Yield sentences, each a paragraph."""
    yield tr(
        "数字取自民情地图项目中本村的记录，按 {day} 的数据逐条计数。占比按登记了该项的记录算，没登记的不算在内。"
    ).format(day=f"{report.made_at:%Y-%m-%d}")
    yield tr("涉及个人的数字，少于 {n} 的并入相近的一类或不列出，免得从数字认出是谁。").format(n=LEAST)
    if any(section.code == "comparison" for section in report.sections):
        yield tr("平均数按已有数据的村计算：数量是每村平均，比例和户均是几个村合在一起算。")
    if report.absent:
        yield tr("本村还没有这些数据：{what}。").format(what="、".join(report.absent))
    if report.left_out:
        yield tr("制表人的角色不能打印或导出下面这些，没有列入：{what}。").format(
            what="、".join(report.left_out)
        )
    yield from filled_each(report.template.notes, report.place)
