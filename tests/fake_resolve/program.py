"""Resolve itself, its project manager, and a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_resolve.remote import Misuse
from tests.fake_resolve.state import Project, State, Timeline, uid

if TYPE_CHECKING:
    from tests.fake_resolve.host import FakeResolve

PAGES = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")
# JobStatus is said in the language of the interface.
DONE = {"en": "Complete", "de": "Abgeschlossen", "ja": "完了"}


class ResolveCalls:
    """Class Resolve."""

    def GetProjectManager(self: FakeResolve, state: State) -> Any:
        return self.wrap("ProjectManager", state)

    def Fusion(self: FakeResolve, state: State) -> Any:
        return self.fusion

    def GetProductName(self: FakeResolve, state: State) -> str:
        return "DaVinci Resolve Studio" if self.edition == "Studio" else "DaVinci Resolve"

    def GetVersionString(self: FakeResolve, state: State) -> str:
        return ".".join(map(str, [*self.numbers, 0, 0][:3])) + ".7"

    def GetVersion(self: FakeResolve, state: State) -> list[Any]:
        return [*[*self.numbers, 0, 0][:3], 7, ""]

    def GetCurrentPage(self: FakeResolve, state: State) -> str | None:
        return state.page if state.project else None

    def OpenPage(self: FakeResolve, state: State, page: str) -> bool:
        if page not in PAGES:
            return False
        state.page = page
        timeline = state.project.timeline if state.project else None
        if page == "deliver" and timeline:  # it sets marks of its own
            timeline.mark_in, timeline.mark_out = 0, max(0, timeline.end - timeline.start_frame - 1)
        return True


class FusionCalls:
    """Class Fusion, of which nothing is called."""


class ManagerCalls:
    """Class ProjectManager."""

    def GetCurrentProject(self: FakeResolve, state: State) -> Any:
        return self.wrap("Project", state.project)

    def LoadProject(self: FakeResolve, state: State, name: str) -> Any:
        for project in state.projects:
            if project.name == name:
                state.project = project
                return self.wrap("Project", project)
        return None

    def SaveProject(self: FakeResolve, state: State) -> bool:
        return state.project is not None and state.project.name != "Untitled Project"


class ProjectCalls:
    """Class Project."""

    def GetName(self: FakeResolve, project: Project) -> str:
        return project.name

    def GetUniqueId(self: FakeResolve, project: Project) -> str:
        return project.uid

    def GetMediaPool(self: FakeResolve, project: Project) -> Any:
        return self.wrap("MediaPool", project)

    def GetTimelineCount(self: FakeResolve, project: Project) -> int:
        return len(project.timelines)

    def GetTimelineByIndex(self: FakeResolve, project: Project, index: int) -> Any:
        found = project.timelines[index - 1] if 1 <= index <= len(project.timelines) else None
        return self.wrap("Timeline", found)

    def GetCurrentTimeline(self: FakeResolve, project: Project) -> Any:
        return self.wrap("Timeline", project.timeline)

    def SetCurrentTimeline(self: FakeResolve, project: Project, given: Any) -> bool:
        timeline: Timeline | None = self.own(given, "Timeline")
        if timeline not in project.timelines:
            return False
        project.timeline = timeline
        return True

    def GetSetting(self: FakeResolve, project: Project, name: str) -> str:
        return project.settings.get(name, "")

    def SetRenderSettings(self: FakeResolve, project: Project, given: dict[str, Any]) -> bool:
        if not isinstance(given, dict):
            raise Misuse("SetRenderSettings takes a dictionary")
        project.render_settings.update(given)  # additive over what is hidden
        return True

    def LoadRenderPreset(self: FakeResolve, project: Project, name: str) -> bool:
        known = {"Audio Only": {"ExportVideo": False, "ExportAudio": True}}
        project.render_settings.update(known.get(name, {}))
        return name in known

    def AddRenderJob(self: FakeResolve, project: Project) -> str:
        if self.state.page != "deliver":
            return ""
        job = uid()
        project.jobs[job] = {"settings": dict(project.render_settings), "percent": 0}
        return job

    def GetRenderJobList(self: FakeResolve, project: Project) -> list[dict[str, Any]]:
        return [{"JobId": job, **about["settings"]} for job, about in project.jobs.items()]

    def DeleteRenderJob(self: FakeResolve, project: Project, job: str) -> bool:
        return project.jobs.pop(job, None) is not None

    def StartRendering(self: FakeResolve, project: Project, *jobs: Any) -> bool:
        for job in jobs:
            if job not in project.jobs:
                return False
            project.jobs[job]["percent"] = 100
        return True

    def IsRenderingInProgress(self: FakeResolve, project: Project) -> bool:
        return False

    def GetRenderJobStatus(self: FakeResolve, project: Project, job: str) -> dict[str, Any]:
        if job not in project.jobs:
            return {}
        percent = project.jobs[job]["percent"]
        return {
            "JobStatus": DONE[self.quirks.language] if percent == 100 else "Ready",
            "CompletionPercentage": percent,
        }
