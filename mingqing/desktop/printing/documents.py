"""What can be made of a village besides maps, and one of many as an errand of the studio. No widgets."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from mingqing.access.roles import Action
from mingqing.basemap.elevation import heights_of
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.desktop.classify.looks import today
from mingqing.desktop.printing.drafting import Far
from mingqing.evacuation import gather
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.saved.kept import load, plans
from mingqing.evacuation.scenario import Scenario
from mingqing.printing.evacuation import card, planned, roll, village_plan
from mingqing.printing.evacuation.card_pdf import print_cards
from mingqing.printing.evacuation.evacuees import About, Evacuee
from mingqing.printing.evacuation.roll_pdf import print_roll
from mingqing.printing.evacuation.village_plan_pdf import print_plan
from mingqing.printing.report import content, household_pdf, sheets, village
from mingqing.printing.report.village import Form

if TYPE_CHECKING:
    from mingqing.access.policy import Policy
    from mingqing.printing.report.compare import Neighbours
    from mingqing.store.session import Session


PDF, EXCEL = ".pdf", ".xlsx"
EXCEL_TITLE = " Excel"


@dataclass(frozen=True, slots=True)
class Run:
    """Documents made in one go, which go by the same plan and the same numbers. began : tells runs apart."""

    villages: frozenset[str]
    began: float


@dataclass
class Gathered:
    """What the documents of a run have in common, read when the first of them needs it."""

    session: "Session"
    run: Run
    watch: Watch = UNWATCHED
    far: Far = field(default_factory=lambda: Far("", 0, 0))
    _neighbours: "dict[Form, Neighbours]" = field(default_factory=dict)

    @property
    def inner(self) -> Watch:
        """For who makes one document: its pages are told of beside what it is."""

        def progress(_text: str, page: int, pages: int) -> None:
            far = self.far
            text = f"{far.text}　{page + 1} / {pages}" if pages > 1 else far.text
            self.watch.progress(text, far.done, far.total)

        return Watch(progress, self.watch.cancelled)

    def neighbours(self, form: Form) -> "Neighbours":
        """Return what reports are compared with."""
        if form not in self._neighbours:
            self.inner.step(tr("正在统计各村的数字"))
            self._neighbours[form] = village.neighbours_for(self.session, form)
        return self._neighbours[form]

    @cached_property
    def plan(self) -> Plan:
        """The plan that was kept last, or one for all hazards where none was."""
        kept = plans(self.session)
        scenario = load(self.session, kept[0].number).again if kept else Scenario()
        heights = None if scenario.walk_kmh is not None else heights_of(self.session, self.watch.cancelled)
        return plan(
            gather.world(self.session, on=today(), heights=heights, watch=self.inner),
            scenario,
            self.watch.cancelled,
        )

    @property
    def note(self) -> str:
        """What is to be known of the plan, where one was made: who goes elsewhere than the one that is kept says."""
        other = self.plan.elsewhere if "plan" in self.__dict__ else 0
        said = tr(
            "有 {n} 处房屋的去处和保存的预案不同（容量、道路或人数变了），印的是现在能去的地方；请重新编制预案再发"
        )
        return said.format(n=other) if other else ""

    @cached_property
    def about(self) -> About:
        """What prints of the plan are about."""
        return planned.about(self.session, self.plan)

    @cached_property
    def evacuees(self) -> Mapping[str, Sequence[Evacuee]]:
        """Who has to leave, by village."""
        houses = self.plan.world.houses
        where = dict(zip(houses.ids.tolist(), houses.villages, strict=True))
        found: defaultdict[str, list[Evacuee]] = defaultdict(list)
        for each in planned.evacuees(self.session, self.plan, villages=self.run.villages, watch=self.inner):
            found[where[each.house] or ""].append(each)
        return found


Making = Callable[[Gathered, str], bytes | None]
"""Makes a document for a village (its code); None where there is nobody to make it for. Can be sent to a process."""


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be made of a village. needs : tables of which `action` has to be allowed.

    plans : whether whom to evacuate has to be known for it.
    """

    code: str
    title: str
    about: str
    ending: str
    make: Making
    needs: tuple[str, ...]
    action: Action = Action.PRINT
    plans: bool = False

    @property
    def name(self) -> str:
        """What files of it are called."""
        return self.title.removesuffix(EXCEL_TITLE)

    def why_not(self, policy: "Policy") -> str:
        """Return why an account may not have it, in a sentence; empty where it may."""
        tables = policy.catalog.tables
        lacking = next((tables[t].title for t in self.needs if not policy.allowed(t, self.action)), "")
        if lacking:
            verb = tr("导出") if self.action is Action.EXPORT else tr("打印")
            return tr("您的角色不能{verb}“{table}”").format(verb=verb, table=lacking)
        return gather.why_not(policy) if self.plans else ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A document. content : None where nobody is concerned. note : what is to be known of the run so far."""

    content: bytes | None
    note: str


@dataclass(frozen=True, slots=True)
class DocumentWanted:
    """A document of a village as an errand of the studio. It hands over a `Far` now and then, then a `Ready`."""

    run: Run
    document: Document
    village: str
    far: Far

    def __call__(
        self, session: "Session", cancelled: Callable[[], bool], deliver: Callable[[Any], None]
    ) -> None:
        """Make it."""
        gathered = _gathered(session, self.run)
        gathered.far = self.far
        gathered.watch = Watch(lambda *far: deliver(Far(*far)), cancelled)
        content = self.document.make(gathered, self.village)
        deliver(Ready(content, gathered.note))


@lru_cache(maxsize=1)
def _gathered(session: "Session", run: Run) -> Gathered:
    return Gathered(session, run)


def _report(gathered: Gathered, code: str, *, form: Form) -> bytes:
    near = gathered.neighbours(form)
    return village.make(gathered.session, code, form, neighbours=near, watch=gathered.inner)


def _sheets(gathered: Gathered, code: str) -> bytes | None:
    households = sheets.households_of(gathered.session, code)
    return sheets.make(gathered.session, households, watch=gathered.inner) if households else None


def _cards(gathered: Gathered, code: str) -> bytes | None:
    who = gathered.evacuees.get(code)
    return print_cards(gathered.session, who, gathered.about, watch=gathered.inner) if who else None


def _roll(gathered: Gathered, code: str) -> bytes | None:
    who = gathered.evacuees.get(code)
    return print_roll(gathered.session, who, gathered.about, watch=gathered.inner) if who else None


def _workbook(gathered: Gathered, code: str) -> bytes | None:
    from mingqing.printing.evacuation.roll_xlsx import export_roll  # with it openpyxl, slow to import

    who = gathered.evacuees.get(code)
    return export_roll(gathered.session, who, gathered.about, watch=gathered.inner) if who else None


def _plan(gathered: Gathered, code: str) -> bytes | None:
    who = gathered.evacuees.get(code)
    return print_plan(gathered.session, code, who, gathered.about, watch=gathered.inner) if who else None


OF_VILLAGE = (
    Document(
        "report",
        content.TITLE,
        tr("人口、房屋、产业、隐患点，有图表"),
        PDF,
        partial(_report, form=Form.PDF),
        content.NEEDS,
    ),
    Document(
        "report_xlsx",
        content.TITLE + EXCEL_TITLE,
        tr("同样的数字，做成表格"),
        EXCEL,
        partial(_report, form=Form.XLSX),
        content.NEEDS,
        Action.EXPORT,
    ),
    Document(
        "sheets",
        household_pdf.TITLE,
        tr("每户一页，带去入户核对、签字"),
        PDF,
        _sheets,
        sheets.NEEDS,
    ),
)
OF_EVACUATION = (
    Document("cards", card.TITLE, tr("每户一页：往哪走、找谁"), PDF, _cards, card.NEEDS, plans=True),
    Document("roll", roll.TITLE, tr("按组列出要转移的人"), PDF, _roll, roll.NEEDS, plans=True),
    Document(
        "roll_xlsx",
        roll.TITLE + EXCEL_TITLE,
        tr("同样的名单，做成表格"),
        EXCEL,
        _workbook,
        ("evacuee",),
        Action.EXPORT,
        plans=True,
    ),
    Document(
        "village_plan",
        village_plan.TITLE,
        tr("一村一份，贴在村委会"),
        PDF,
        _plan,
        village_plan.NEEDS,
        plans=True,
    ),
)
EVERY = (*OF_VILLAGE, *OF_EVACUATION)
"""All there are, in the order in which they are made."""
