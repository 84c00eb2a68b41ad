"""Acting before the complaint (未诉先办): what stands out in what was reported. Pure: frames in, frames out.

Nothing here opens a case. What is found is proposed, with its numbers, to a person who confirms it or says why not.
"""

from gridgov.proactive.suspicion import Kind, State, Suspicion
from gridgov.proactive.topics import Topic, starting_topics, topics_of

__all__ = ["Kind", "State", "Suspicion", "Topic", "starting_topics", "topics_of"]
