/// What carries requests: a connection, or a test's stand-in. Confined to the loop of its owner.
package protocol RequestLane: AnyObject {
    /// Begins the request that `slot` describes, and ends it with `RequestSlot.finish`. False when it cannot: the lane then
    /// keeps the slot, and gives it back with `LoadLoop.laneIsReady`.
    func send(_ slot: RequestSlot, _ recipe: LoopRecipe) -> Bool
    /// Gives the request of `slot` up; it still ends with `finish`.
    func abandon(_ slot: RequestSlot)
    func close()
}
