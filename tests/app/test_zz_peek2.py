from tests.app.desk import seated
async def test_x(board):
    async with seated(board) as seat:
        await seat.press("3", "enter", "semicolon")
        print(seat.text)
        seat.app.action_next_one()
        await seat.settle()
        print(seat.text)
